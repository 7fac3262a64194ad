import { existsSync, readFileSync } from 'node:fs'
import { hasPrometheus, runPromtool } from '@voiceassist/testkit'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = new URL('../../', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, root), 'utf8')
const file = 'voiceassist-performance.yml'
const files = { [file]: read(`alerts/${file}`), [`tests/${file}`]: read(`alerts/tests/${file}`) }

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
}
const { groups } = parse(files[file]!) as { groups: { name: string; interval: string; rules: Rule[] }[] }
const rules = groups.flatMap(group => group.rules)

describe('the alerts', () => {
  it('keep the original’s four, and say what to do about each', () => {
    expect(groups.map(({ name, interval }) => [name, interval])).toEqual([['voiceassist_performance', '30s']])
    expect(rules.slice(0, 4).map(({ alert, expr, for: lasting }) => [alert, expr, lasting])).toEqual([
      [
        'HighDatabaseLatency',
        'histogram_quantile(0.95, rate(voiceassist_db_query_duration_seconds_bucket[5m])) > 0.5',
        '5m',
      ],
      [
        'LowCacheHitRate',
        'sum(rate(cache_hits_total[5m])) / (sum(rate(cache_hits_total[5m])) + sum(rate(cache_misses_total[5m]))) * 100 < 70',
        '10m',
      ],
      ['HighConnectionPoolUtilization', 'voiceassist_db_pool_utilization_percent > 90', '5m'],
      ['FrequentNPlusOneQueries', 'rate(voiceassist_db_n_plus_one_warnings_total[5m]) * 60 > 10', '5m'],
    ])
    for (const { alert } of rules)
      expect(existsSync(new URL(`docs/runbooks/${alert}.md`, root)), alert).toBe(true)
  })

  it('have a case in which they fire and one in which they do not', () => {
    const { tests } = parse(files[`tests/${file}`]!) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
    }
    const cases = tests.flatMap(test => test.alert_rule_test)
    const named = (fires: boolean) =>
      new Set(cases.filter(one => one.exp_alerts.length > 0 === fires).map(one => one.alertname))
    for (const fires of [true, false])
      expect([...named(fires)].sort()).toEqual(rules.map(({ alert }) => alert).sort())
  })

  it.skipIf(!hasPrometheus())('are rules that promtool accepts, and pass its tests', async () => {
    for (const args of [
      ['check', 'rules', file],
      ['test', 'rules', `tests/${file}`],
    ]) {
      const { code, output } = await runPromtool(args, files)
      expect(code, output).toBe(0)
    }
  })
})
