import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder as Gauge } from '@grafana/grafana-foundation-sdk/gauge'
import {
  PanelBuilder as PieChart,
  PieChartLegendOptionsBuilder,
  PieChartType,
} from '@grafana/grafana-foundation-sdk/piechart'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'
import { panels as titles } from '@voiceassist/api-gateway/metrics/metric'
import { expressions as ask } from './expressions.js'
import { consoleLink, dataSource, limits, query, tableQuery, thresholds } from './panel-parts.js'

const newest = new ReduceDataOptionsBuilder().calcs(['lastNotNull'])
const legend = new VizLegendOptionsBuilder().showLegend(true)
const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi)
const asLine = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)

function timeSeries(title: string, unit: string): TimeSeries {
  return new TimeSeries()
    .title(title)
    .datasource(dataSource)
    .unit(unit)
    .min(0)
    .fillOpacity(10)
    .legend(legend)
    .tooltip(tooltip)
    .thresholdsStyle(asLine)
}

/** The nine panels, three in a row. */
export function dashboardPanels() {
  const all = [
    timeSeries(titles.queryTimes, 's')
      .description('From being sent to the last row; the wait for a connection is not counted.')
      .thresholds(limits('queryTimes'))
      .links([consoleLink('Queries', 'queries')])
      .withTarget(query('A', ask.queryP50, 'P50'))
      .withTarget(query('B', ask.queryP95, 'P95'))
      .withTarget(query('C', ask.queryP99, 'P99')),
    new BarGauge()
      .title(titles.hitRates)
      .description('Of what each level was asked in the last five minutes.')
      .datasource(dataSource)
      .unit('percent')
      .min(0)
      .max(100)
      .orientation(VizOrientation.Horizontal)
      .reduceOptions(newest)
      .thresholds(limits('hitRates'))
      .links([consoleLink('Caches', 'caches')])
      .withTarget(query('A', ask.hitRate, '{{cache_layer}} {{cache_key_prefix}}'))
      .withTarget(query('B', ask.flagHitRate, 'flags {{cache_layer}}'))
      .withTarget(query('C', ask.ragHitRate, 'rag {{cache_type}}')),
    new Gauge()
      .title(titles.poolUtilization)
      .description('Lent connections, of the most there can be.')
      .datasource(dataSource)
      .unit('percent')
      .min(0)
      .max(100)
      .reduceOptions(newest)
      .thresholds(limits('poolUtilization'))
      .withTarget(query('A', ask.poolUtilization, '{{instance}}')),
    timeSeries(titles.slowQueries, 'short')
      .description('Over SLOW_QUERY_THRESHOLD_MS, or far over what is usual for them.')
      .thresholds(limits('slowQueries'))
      .links([consoleLink('Slow queries', 'queries')])
      .withTarget(query('A', ask.slowQueries, '{{query_type}}')),
    new PieChart()
      .title(titles.poolStatus)
      .description('Open connections: lent ones within the size, those beyond it, and idle ones.')
      .datasource(dataSource)
      .pieType(PieChartType.Donut)
      .legend(new PieChartLegendOptionsBuilder().showLegend(true))
      .reduceOptions(newest)
      .withTarget(query('A', ask.lent, 'lent'))
      .withTarget(query('B', ask.overflow, 'overflow'))
      .withTarget(query('C', ask.idle, 'idle')),
    slowestEndpoints(),
    timeSeries(titles.cacheLatency, 's')
      .description('P95 by layer and operation; `source` is what a load takes where the cache has nothing.')
      .thresholds(limits('cacheLatency'))
      .links([consoleLink('Caches', 'caches')])
      .withTarget(query('A', ask.cacheLatency, '{{cache_layer}} {{operation}}')),
    timeSeries(titles.nPlusOne, 'short')
      .description('A minute: requests that repeated a query for each of several rows.')
      .thresholds(limits('nPlusOne'))
      .links([consoleLink('N+1 with their places in the code', 'queries')])
      .withTarget(query('A', ask.nPlusOne, '{{kind}}')),
    timeSeries(titles.queryRate, 'qps')
      .description('Queries that ended, by type.')
      .thresholds(thresholds('green'))
      .withTarget(query('A', ask.queryRate, '{{query_type}}')),
  ]
  return all.map((panel, at) =>
    panel.id(at + 1).gridPos({ x: (at % 3) * 8, y: Math.floor(at / 3) * 9, w: 8, h: 9 }),
  )
}

/** An endpoint leads to its queries. */
function slowestEndpoints(): Table {
  const seconds = (title: string) => [
    { id: 'displayName', value: title },
    { id: 'unit', value: 's' },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ]
  return new Table()
    .title(titles.slowestEndpoints)
    .description('By the 95th percentile of the last five minutes, of the slowest instance.')
    .datasource(dataSource)
    .thresholds(limits('slowestEndpoints'))
    .withTarget(tableQuery('A', ask.endpointP95))
    .withTarget(tableQuery('B', ask.endpointP50))
    .withTarget(tableQuery('C', ask.endpointP99))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: { endpoint: 0, 'Value #B': 1, 'Value #A': 2, 'Value #C': 3 },
      },
    })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: 'Value #A', desc: true }] } })
    .overrideByName('endpoint', [
      { id: 'displayName', value: 'Endpoint' },
      {
        id: 'links',
        value: [
          {
            title: 'Its queries',
            url: `\${gateway}/console/queries?route=\${__value.raw:percentencode}`,
            targetBlank: true,
          },
        ],
      },
    ])
    .overrideByName('Value #B', seconds('P50'))
    .overrideByName('Value #A', seconds('P95'))
    .overrideByName('Value #C', seconds('P99'))
}
