import type { ProfiledQueries } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import type { Column } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { formatMs, formatNumber, formatRatio } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { FilterBar } from './filter-bar.js'
import { LongTable } from './long-table.js'
import { ShareBar } from './share-bar.js'
import { StatementCell } from './statement-cell.js'
import { StatementDetails } from './statement-details.js'
import { anyRequest, isMeant, type StatementFilter } from './statement-filter.js'

type Query = ProfiledQueries['items'][number]

/** Statements by the time they took, with all about one of them when the address names it. */
export function TopTab({ filter }: { readonly filter: StatementFilter }) {
  const queries = useResource<ProfiledQueries>('/api/admin/performance/queries', { limit: 1000 })
  return (
    <Loaded of={queries} what="statements" rows={12}>
      {({ items, forgottenStatements }) => {
        const all = items.reduce((sum, query) => sum + totalMs(query), 0)
        const shown = items.filter(query => isMeant(query, { route: filter.route }))
        const chosen = items.find(({ fingerprint }) => fingerprint === filter.fingerprint)
        return (
          <div class="stack">
            {chosen && <StatementDetails query={chosen} share={totalMs(chosen) / all} />}
            {filter.fingerprint && !chosen && (
              <Empty title="This statement has not run since the gateway started">
                Choose another of the list, or look at its <em>Plans</em>, which may be older.
              </Empty>
            )}
            <div class="row between">
              <FilterBar
                tab="top"
                filter={{ route: filter.route }}
                routes={items.map(({ route }) => route)}
              />
              <button type="button" onClick={queries.reload} disabled={queries.loading}>
                {queries.loading ? 'Reading…' : 'Read again'}
              </button>
            </div>
            {shown.length === 0 ? (
              <Empty
                title={
                  filter.route && filter.route !== anyRequest
                    ? `Nothing was asked by ${filter.route}`
                    : 'No query has run yet'
                }
              >
                A statement counts for the endpoint that runs it the most.
              </Empty>
            ) : (
              <LongTable
                caption="Statements by the time they took"
                columns={columnsFor(all)}
                items={shown}
                keyOf={({ fingerprint }) => fingerprint}
                isSelected={query => query === chosen}
              />
            )}
            {forgottenStatements > 0 && (
              <p class="muted">
                {formatNumber(forgottenStatements)} further statements have no row of their own, since there
                were too many.
              </p>
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

function totalMs({ serverMs, decodeMs }: Query): number {
  return serverMs + decodeMs
}

function columnsFor(all: number): Column<Query>[] {
  return [
    {
      title: 'Statement',
      cell: query => <StatementCell {...query}>{query.route || 'outside of requests'}</StatementCell>,
    },
    {
      title: 'Time in all',
      numeric: true,
      cell: query => (
        <span class="share">
          {formatMs(totalMs(query))}
          <span class="muted">{formatRatio(totalMs(query) / all)}</span>
          <ShareBar share={totalMs(query) / all} />
        </span>
      ),
    },
    { title: 'Calls', numeric: true, cell: ({ calls }) => formatNumber(calls) },
    { title: 'Median', numeric: true, cell: ({ durationMs }) => formatMs(durationMs.p50) },
    { title: 'P95', numeric: true, cell: ({ durationMs }) => formatMs(durationMs.p95) },
    { title: 'Most', numeric: true, cell: ({ durationMs }) => formatMs(durationMs.max) },
    {
      title: 'Slow',
      numeric: true,
      cell: ({ slow }) => (slow > 0 ? <span class="badge warn">{formatNumber(slow)}</span> : '0'),
    },
  ]
}
