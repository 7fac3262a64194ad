import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { dataSource } from './panel-parts.js'
import { dashboardPanels } from './panels.js'

/** As Grafana takes it by provisioning and by import; its API wants it within `importBody`. */
export function performanceDashboard(): Dashboard {
  const builder = new DashboardBuilder('VoiceAssist: performance')
    .uid('voiceassist-performance')
    .description('Queries, caches, connections and endpoints of the gateways. Written by: npm run dashboards')
    .tags(['voiceassist'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(valuesOf('instance', 'Instance', 'label_values(voiceassist_db_pool_size, instance)'))
    .withVariable(
      valuesOf('namespace', 'Cache namespace', 'label_values(cache_hits_total, cache_key_prefix)'),
    )
    .withVariable(
      new TextBoxVariableBuilder('gateway')
        .label('Address of the console')
        .defaultValue('http://127.0.0.1:8000'),
    )
  for (const panel of dashboardPanels()) builder.withPanel(panel)
  return builder.build()
}

/** The body of `POST /api/dashboards/db`: the dashboard takes the place of an earlier version of itself. */
export function importBody(dashboard: Dashboard) {
  return { dashboard: { ...dashboard, id: null }, overwrite: true }
}

function valuesOf(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
}
