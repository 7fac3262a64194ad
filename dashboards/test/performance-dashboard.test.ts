import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@voiceassist/api-gateway/metrics/catalogue'
import { type Metric, panels as titles } from '@voiceassist/api-gateway/metrics/metric'
import { describe, expect, it } from 'vitest'
import { dashboardFile, dashboardText } from '#src/dashboard-file'

interface Panel {
  readonly title: string
  readonly links?: readonly { readonly url: string }[]
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[]
  readonly fieldConfig: { readonly defaults: { readonly thresholds?: unknown } }
}
const text = readFileSync(dashboardFile, 'utf8')
const dashboard = JSON.parse(text)
const panels: Panel[] = dashboard.panels
const metrics: Metric[] = Object.values(catalogue).flatMap(group => Object.values<Metric>(group))

describe('the dashboard', () => {
  it('is what npm run dashboards writes', () => {
    expect(text).toBe(dashboardText())
  })

  it('has the nine panels, ten seconds, one hour, and variables', () => {
    expect(dashboard).toMatchObject({
      uid: 'voiceassist-performance',
      refresh: '10s',
      time: { from: 'now-1h', to: 'now' },
    })
    expect(panels.map(({ title }) => title).sort()).toEqual(Object.values(titles).sort())
    expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toEqual([
      'datasource',
      'instance',
      'namespace',
      'gateway',
    ])
    for (const { title, fieldConfig } of panels)
      if (title !== titles.poolStatus) expect(fieldConfig.defaults.thresholds, title).toBeDefined()
    expect(text).toContain(`/console/queries?route=\${__value.raw:percentencode}`)
  })

  it('asks the chosen data source for metrics of the catalogue, each in the panel that it is for', () => {
    const asked = new Map<string, Set<string>>()
    for (const { title, targets } of panels)
      for (const { expr, datasource } of targets) {
        expect(datasource.uid).toBe(`\${datasource}`)
        for (const [name] of expr.matchAll(/\b(?:voiceassist|db|cache|rag)_[a-z0-9_]+(?=\{)/g)) {
          const metric = metrics.find(({ names, type }) =>
            names.some(own => name === own || (type === 'histogram' && name === `${own}_bucket`)),
          )
          expect(metric, `${title}: ${name}`).toBeDefined()
          asked.set(title, (asked.get(title) ?? new Set()).add(metric!.names[0]))
        }
      }
    for (const title of Object.values(titles))
      expect([...(asked.get(title) ?? [])].sort(), title).toEqual(
        metrics
          .filter(({ panel }) => panel === title)
          .map(({ names }) => names[0])
          .sort(),
      )
  })

  it('is printed as Grafana’s API takes it', () => {
    const program = fileURLToPath(new URL('../dist/write-dashboard.js', import.meta.url))
    const body = JSON.parse(execFileSync(process.execPath, [program, '--import-body'], { encoding: 'utf8' }))
    expect(body).toEqual({ dashboard: { ...dashboard, id: null }, overwrite: true })
  })
})
