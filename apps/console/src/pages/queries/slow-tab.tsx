import type { SlowQueries } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import type { Column } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { formatMs, formatNumber, formatTime } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { CallSite } from './call-site.js'
import { FilterBar } from './filter-bar.js'
import { LongTable } from './long-table.js'
import { StatementCell } from './statement-cell.js'
import { isMeant, queriesHref, type StatementFilter } from './statement-filter.js'

type Slow = SlowQueries['items'][number]

/** The latest calls that took long, each with the way to its plan. */
export function SlowTab({ filter }: { readonly filter: StatementFilter }) {
  const slow = useResource<SlowQueries>('/api/admin/performance/slow', { limit: 200 })
  return (
    <Loaded of={slow} what="slow queries" rows={10}>
      {({ items }) => {
        const shown = items.filter(item => isMeant(item, filter))
        return (
          <div class="stack">
            <p class="muted">
              The last 200 calls over SLOW_QUERY_THRESHOLD_MS, or far over what is usual for their statement.
              Open the plan of one to see where its time goes.
            </p>
            <div class="row between">
              <FilterBar tab="slow" filter={filter} routes={items.map(({ route }) => route)} />
              <button type="button" onClick={slow.reload} disabled={slow.loading}>
                {slow.loading ? 'Reading…' : 'Read again'}
              </button>
            </div>
            {shown.length === 0 ? (
              <Empty
                title={items.length > 0 ? 'None of the last slow calls fits the filter' : 'No query was slow'}
              >
                The statements that take the most time are under <a href={queriesHref('top')}>Most time</a>; a
                lower SLOW_QUERY_THRESHOLD_MS lists more here.
              </Empty>
            ) : (
              <LongTable
                caption="The latest slow queries"
                columns={columns}
                items={shown}
                keyOf={item => `${item.at} ${item.fingerprint} ${item.requestId}`}
              />
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

const columns: Column<Slow>[] = [
  {
    title: 'Statement',
    cell: item => <StatementCell {...item}>{item.route || 'outside of requests'}</StatementCell>,
  },
  {
    title: 'Took',
    numeric: true,
    cell: ({ serverMs, decodeMs }) => <strong>{formatMs(serverMs + decodeMs)}</strong>,
  },
  {
    title: 'Slow from',
    numeric: true,
    cell: ({ limitMs, rule }) => (
      <span>
        {formatMs(limitMs)} <span class="muted">{rule === 'baseline' ? 'unusual' : 'threshold'}</span>
      </span>
    ),
  },
  { title: 'Waited', numeric: true, cell: ({ waitMs }) => formatMs(waitMs) },
  { title: 'Rows', numeric: true, cell: ({ rows }) => formatNumber(rows) },
  {
    title: 'When and where',
    cell: ({ at, requestId, callSite }) => (
      <div>
        <time dateTime={at}>{formatTime(at)}</time>
        {requestId && <span class="muted mono block">request {requestId}</span>}
        {callSite && (
          <span class="block">
            <CallSite site={callSite} />
          </span>
        )}
      </div>
    ),
  },
  {
    title: 'Why',
    cell: ({ fingerprint }) => (
      <a href={queriesHref('plans', { fingerprint })}>
        Plan<span class="hidden"> of this statement</span>
      </a>
    ),
  },
]
