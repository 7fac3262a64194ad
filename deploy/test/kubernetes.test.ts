import { readdirSync } from 'node:fs'
import { readConfig } from '@voiceassist/api-gateway/config'
import { configVariables } from '@voiceassist/api-gateway/config-variables'
import { describe, expect, it } from 'vitest'
import { type Manifest, typeErrors, validationError } from './kubernetes-schemas.js'
import { openPaths, pinnedImage, readText, readYaml, root } from './project-files.js'

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
  readonly periodSeconds: number
  readonly failureThreshold: number
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe?: Probe
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
  readonly [option: string]: unknown
}

interface Workload extends Manifest {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: { readonly containers: readonly Container[]; readonly [option: string]: unknown }
    }
  }
}

const folder = 'deploy/kubernetes'
const files = readdirSync(`${root}${folder}`).filter(name => name !== 'kustomization.yaml')
const manifests = new Map(files.map(name => [name, readYaml<Manifest>(`${folder}/${name}`)]))
const manifest = <T = Manifest>(name: string) => manifests.get(name) as T
/** An object of the Prometheus operator, which Kubernetes' own schemas do not have. */
const own = [...manifests].filter(([, { apiVersion }]) => !apiVersion.startsWith('monitoring.coreos.com/'))
const deployment = manifest<Workload>('deployment.yaml')
const migrate = manifest<Workload>('migrate.yaml')
const [gateway] = deployment.spec.template.spec.containers
const config = manifest<{ data: Record<string, string> }>('config.yaml').data
const secret = manifest<{ stringData: Record<string, string> }>('secret.example.yaml').stringData

describe('the Kubernetes manifests', () => {
  it.each(own)('%s is an object of the API', async (_name, object) => {
    expect(await validationError(object)).toBeUndefined()
  })

  it('have no field that the API does not know', () => {
    const misspelt = { ...deployment, spec: { ...deployment.spec, replica: 2 } }
    const errors = typeErrors(new Map([...own, ['misspelt', misspelt]])).trim()
    expect(errors).toMatch(/^[^\n]*"replica"' does not exist in type 'IDeploymentSpec'\.$/)
  })

  it('are all applied by the kustomization but for the example, the Job that comes before, and what is optional', () => {
    const { resources } = readYaml<{ resources: string[] }>(`${folder}/kustomization.yaml`)
    const others = ['migrate.yaml', 'secret.example.yaml', 'service-monitor.yaml']
    expect([...resources, ...others].sort()).toEqual(files.sort())
    for (const name of others) expect(manifest(name).metadata).toHaveProperty('namespace', 'voiceassist')
  })

  it.each([deployment, migrate])('run $kind as a user without rights, from a stated version', ({ spec }) => {
    const { containers, ...pod } = spec.template.spec
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(containers).toHaveLength(1)
    for (const container of containers) {
      expect(container.image).toMatch(pinnedImage)
      expect(container.image.split(':')[1]).toBe(JSON.parse(readText('package.json')).version)
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { memory: expect.any(String) }, limits: { memory: expect.any(String) } },
        envFrom: [{ configMapRef: { name: 'voiceassist' } }, { secretRef: { name: 'voiceassist' } }],
      })
    }
  })

  it('ask for paths and ports that the gateway has', () => {
    expect([gateway?.args, migrate.spec.template.spec.containers[0]?.args]).toEqual([
      ['serve'],
      ['migrate', 'up'],
    ])
    expect(gateway?.ports).toEqual([{ name: 'http', containerPort: 8000 }])
    const { startupProbe, readinessProbe, livenessProbe } = gateway!
    expect([startupProbe, readinessProbe, livenessProbe].map(probe => probe?.httpGet)).toEqual([
      { path: '/health/ready', port: 'http' },
      { path: '/health/ready', port: 'http' },
      { path: '/health/live', port: 'http' },
    ])
    const { endpoints } = manifest<{ spec: { endpoints: { path: string; port: string }[] } }>(
      'service-monitor.yaml',
    ).spec
    for (const path of ['/health/ready', '/health/live', endpoints[0]?.path])
      expect(openPaths).toContain(path)
    expect(manifest('service.yaml').spec).toMatchObject({ ports: [{ name: 'http', targetPort: 'http' }] })
    expect(endpoints[0]?.port).toBe('http')
  })

  it('select the gateways by labels that these have', () => {
    const { labels } = deployment.spec.template.metadata
    const selectors = [
      deployment.spec,
      manifest('disruption-budget.yaml').spec,
      { selector: { matchLabels: (manifest('service.yaml').spec as { selector: object }).selector } },
      { selector: (manifest('network-policy.yaml').spec as { podSelector: object }).podSelector },
    ] as unknown as { selector: { matchLabels: object } }[]
    for (const { selector } of selectors) expect(labels).toMatchObject(selector.matchLabels)
    expect(manifest('autoscaler.yaml').spec).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: (deployment.metadata as { name: string }).name },
    })
    expect(migrate.spec.template.metadata.labels).not.toMatchObject(labels)
  })

  it('set variables that the gateway has, and secrets that it refuses until they are replaced', () => {
    for (const name of [...Object.keys(config), ...Object.keys(secret)])
      expect(configVariables).toHaveProperty(name)
    for (const name of Object.keys(config))
      expect(configVariables[name as never]).not.toHaveProperty('secret', true)
    expect(
      readConfig({ ...config, DATABASE_URL: secret.DATABASE_URL, REDIS_URL: secret.REDIS_URL }),
    ).toMatchObject({
      pool: { size: 10, maxOverflow: 20 },
      cache: { redis: { place: { kind: 'server' } } },
    })
    for (const name of ['TOKEN_SECRET', 'AUDIT_HMAC_KEY', 'TENANT_KEY', 'CACHE_ENCRYPTION_KEYS'])
      expect(() => readConfig({ [name]: secret[name] }), name).toThrow(name)
    const made = [...readText('deploy/make-secrets.sh').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(Object.keys(secret)).toEqual(made)
  })
})
