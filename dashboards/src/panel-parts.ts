import {
  DashboardLinkBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { panelLimits } from '@voiceassist/api-gateway/metrics/panel-limits'

/** The variable of which data source is asked: it suits provisioning and import alike. */
export const dataSource = { type: 'prometheus', uid: `\${datasource}` } as const

export function query(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(dataSource).expr(expr).legendFormat(legend)
}

/** The newest value of each series, as rows. */
export function tableQuery(refId: string, expr: string): DataqueryBuilder {
  return query(refId, expr, '').format(PromQueryFormat.Table).instant()
}

/** @param steps colours from a value on; the first one from the least there is */
export function thresholds(
  ...steps: readonly [color: string, ...[from: number, color: string][]]
): ThresholdsConfigBuilder {
  const [lowest, ...others] = steps
  const all: Threshold[] = [
    { value: null, color: lowest },
    ...others.map(([value, color]) => ({ value, color })),
  ]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all)
}

/** Of a panel that the console shows too. */
export function limits(panel: keyof typeof panelLimits): ThresholdsConfigBuilder {
  const { warnAt, badAt } = panelLimits[panel]
  return badAt < warnAt
    ? thresholds('red', [badAt, 'yellow'], [warnAt, 'green'])
    : thresholds('green', [warnAt, 'yellow'], [badAt, 'red'])
}

/** To a page of the gateway's console, whose address is a variable. */
export function consoleLink(title: string, page: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(`\${gateway}/console/${page}`).targetBlank(true)
}
