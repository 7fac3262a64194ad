import { hasPrometheus, runPromtool } from '@voiceassist/testkit'
import { describe, expect, it } from 'vitest'
import { compose, serving } from './compose-file.js'
import { openPaths, readText, readYaml } from './project-files.js'

const path = 'deploy/prometheus/prometheus.yml'
const rules = 'voiceassist-performance.yml'
const { prometheus, grafana } = compose.services
/** Where a container finds a file of the project. */
const mounted = (service: typeof prometheus, file: string) =>
  service?.volumes?.find(volume => volume.startsWith(`${file}:`))?.split(':')[1]

describe('Prometheus', () => {
  const config = readYaml<{
    rule_files: string[]
    scrape_configs: {
      metrics_path: string
      authorization: { credentials_file: string }
      static_configs: { targets: string[] }[]
    }[]
  }>(path)

  it('scrapes each gateway with the token, and has the alerts', () => {
    const [scrape, ...others] = config.scrape_configs
    expect(others).toEqual([])
    expect(scrape?.static_configs).toEqual([{ targets: serving.map(name => `${name}:8000`) }])
    expect(openPaths).toContain(scrape?.metrics_path)
    expect(scrape?.authorization).toEqual({ credentials_file: '/run/secrets/metrics_token' })
    expect(prometheus?.secrets).toEqual(['metrics_token'])
    const file = mounted(prometheus, './prometheus/prometheus.yml')
    expect(prometheus?.command).toContain(`--config.file=${file}`)
    expect(mounted(prometheus, `../alerts/${rules}`)).toBe(`/etc/prometheus/${config.rule_files[0]}`)
  })

  it.skipIf(!hasPrometheus())('has a configuration that promtool accepts', async () => {
    const text = readText(path).replace('/run/secrets/metrics_token', 'metrics_token')
    const { code, output } = await runPromtool(['check', 'config', 'prometheus.yml'], {
      'prometheus.yml': text,
      metrics_token: 'token',
      [`alerts/${rules}`]: readText(`alerts/${rules}`),
    })
    expect(code, output).toBe(0)
    expect(output).toMatch(/SUCCESS: [1-9]\d* rules found/)
  })
})

describe('Grafana', () => {
  it('is given Prometheus as its data source', () => {
    const { apiVersion, datasources } = readYaml<{ apiVersion: number; datasources: object[] }>(
      'deploy/grafana/datasources.yaml',
    )
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(prometheus?.healthcheck?.test?.join(' ') ?? '') ?? []
    expect({ apiVersion, datasources }).toMatchObject({
      apiVersion: 1,
      datasources: [
        { type: 'prometheus', access: 'proxy', url: `http://prometheus:${port}`, isDefault: true },
      ],
    })
    expect(mounted(grafana, './grafana/datasources.yaml')).toMatch(
      /^\/etc\/grafana\/provisioning\/datasources\//,
    )
  })

  it('is given the dashboard in the folder that its provider reads', () => {
    const { apiVersion, providers } = readYaml<{
      apiVersion: number
      providers: { type: string; options: { path: string } }[]
    }>('deploy/grafana/dashboards.yaml')
    expect([apiVersion, providers.map(({ type }) => type)]).toEqual([1, ['file']])
    expect(mounted(grafana, '../dashboards/performance-metrics.json')).toBe(
      `${providers[0]?.options.path}/performance-metrics.json`,
    )
    expect(mounted(grafana, './grafana/dashboards.yaml')).toMatch(
      /^\/etc\/grafana\/provisioning\/dashboards\//,
    )
  })
})
