import type { NPlusOneQueries } from '@voiceassist/api-contract'
import { useResource } from '../../api/use-resource.js'
import { Empty } from '../../parts/empty.js'
import { Facts } from '../../parts/facts.js'
import { formatMs, formatNumber } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { CallSite } from './call-site.js'
import { FilterBar } from './filter-bar.js'
import { SqlText } from './sql-text.js'
import { isMeant, queriesHref, type StatementFilter } from './statement-filter.js'

type Repeated = NPlusOneQueries['items'][number]

const kinds: Readonly<Record<Repeated['kind'], string>> = {
  'n-plus-one': 'One query for each row (N+1)',
  duplicate: 'The same query again and again',
  'write-loop': 'One write for each row',
}

/** Queries that one request repeats, with the line of code that does and what to write instead. */
export function NPlusOneTab({ filter }: { readonly filter: StatementFilter }) {
  const repeated = useResource<NPlusOneQueries>('/api/admin/performance/n-plus-one', { limit: 1000 })
  return (
    <Loaded of={repeated} what="repeated queries">
      {({ items }) => {
        const shown = items.filter(item => isMeant(item, filter))
        return (
          <div class="stack">
            <p class="muted">
              Queries that a line of code repeats within one request (N_PLUS_ONE_THRESHOLD times or more).
              Each costs a round trip; asked together they cost one.
            </p>
            <FilterBar tab="n-plus-one" filter={filter} routes={items.map(({ route }) => route)} />
            {shown.length === 0 && (
              <Empty title={items.length > 0 ? 'None fits the filter' : 'No request repeated a query'}>
                Nothing to do here. The list begins anew when the gateway starts.
              </Empty>
            )}
            {shown.map(item => (
              <RepeatedQuery
                key={`${item.fingerprint} ${item.route} ${item.callSite.file}:${item.callSite.line}`}
                item={item}
              />
            ))}
          </div>
        )
      }}
    </Loaded>
  )
}

function RepeatedQuery({ item }: { readonly item: Repeated }) {
  const {
    kind,
    fingerprint,
    sql,
    route,
    requestId,
    count,
    timeMs,
    requests,
    callSite,
    callers,
    parent,
    fix,
  } = item
  return (
    <article class="card stack">
      <div class="row between">
        <h2>{kinds[kind]}</h2>
        <span class="badge warn">
          {formatNumber(count)} × in one request, {formatMs(timeMs)}
        </span>
      </div>
      <SqlText sql={sql} />
      <p class="advice">
        <strong>Instead:</strong> {fix}
      </p>
      <Facts
        of={[
          ['Called in', <CallSite key="site" site={callSite} />],
          ...callers.map(
            (caller, at) => [`${'… '.repeat(at + 1)}from`, <CallSite key="site" site={caller} />] as const,
          ),
          ['Endpoint', route],
          ['Requests that did it', formatNumber(requests)],
          ['The last one', <code key="id">{requestId}</code>],
        ]}
      />
      {parent && (
        <details>
          <summary>For the {formatNumber(parent.rows)} rows of this query</summary>
          <SqlText sql={parent.sql} />
          <a href={queriesHref('top', parent)}>All about it</a>
        </details>
      )}
      <p class="actions">
        <a class="button" href={queriesHref('top', { fingerprint })}>
          The statement
        </a>
        <a class="button" href={queriesHref('plans', { fingerprint })}>
          Its plan
        </a>
      </p>
    </article>
  )
}
