import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { base } from '../../base.js'
import { Empty } from '../../parts/empty.js'
import { PageHeader } from '../../parts/page-header.js'
import { Tabs } from '../../parts/tabs.js'
import { restOfPath } from '../../rest-of-path.js'
import { IndexesTab } from './indexes-tab.js'
import { NPlusOneTab } from './n-plus-one-tab.js'
import { PlansTab } from './plans-tab.js'
import './queries.css'
import { SlowTab } from './slow-tab.js'
import { queriesHref, searchOf, useStatementFilter } from './statement-filter.js'
import { TopTab } from './top-tab.js'
import { useAdvice } from './use-advice.js'

const tabs = [
  { path: '/queries/top', title: 'Most time' },
  { path: '/queries/slow', title: 'Slow' },
  { path: '/queries/plans', title: 'Plans' },
  { path: '/queries/indexes', title: 'Indexes' },
  { path: '/queries/n-plus-one', title: 'N+1' },
] as const

export default function QueriesPage() {
  const { path, route } = useLocation()
  const filter = useStatementFilter()
  const advice = useAdvice()
  const tab = restOfPath(path, '/queries')
  // Where dashboards and the navigation lead.
  useEffect(() => {
    if (tab === '') route(queriesHref('top', filter), true)
  }, [tab])
  return (
    <>
      <PageHeader
        title="Queries"
        about="What this gateway asks its database since its start: what costs the most, why, and what to do. Values of queries are not kept."
      />
      <Tabs label="Queries" tabs={tabs} search={searchOf(filter)} />
      {tab === 'top' && <TopTab filter={filter} />}
      {tab === 'slow' && <SlowTab filter={filter} />}
      {tab === 'plans' && <PlansTab filter={filter} />}
      {tab === 'indexes' && <IndexesTab filter={filter} advice={advice} />}
      {tab === 'n-plus-one' && <NPlusOneTab filter={filter} />}
      {tab && !tabs.some(each => path === base + each.path) && (
        <Empty title="There is no such list of queries">Choose one above.</Empty>
      )}
    </>
  )
}
