import type { ProfiledQueries } from '@voiceassist/api-contract'
import { CopyButton } from '../../parts/copy-button.js'
import { Facts } from '../../parts/facts.js'
import { formatBytes, formatMs, formatNumber, formatRatio } from '../../parts/format.js'
import { CallSite } from './call-site.js'
import { SqlText } from './sql-text.js'
import { queriesHref } from './statement-filter.js'

export interface StatementDetailsProps {
  readonly query: ProfiledQueries['items'][number]
  /** Of the time of all statements, 0 to 1. */
  readonly share: number
}

/** All that is known of one statement, and where there is more. */
export function StatementDetails({ query, share }: StatementDetailsProps) {
  const { fingerprint, sql, calls, rows, bytes, waitMs, serverMs, decodeMs, durationMs, slow, errors } = query
  const failed = Object.entries(errors)
  return (
    <section class="card stack" aria-labelledby="statement">
      <div class="row between">
        <h2 id="statement">One statement, {formatRatio(share)} of the time of all</h2>
        <a href={queriesHref('top')}>Close</a>
      </div>
      <SqlText sql={sql} />
      <p class="actions">
        <a class="button" href={queriesHref('plans', { fingerprint })}>
          Its plan
        </a>
        <a class="button" href={queriesHref('slow', { fingerprint })}>
          Its slow calls ({formatNumber(slow)})
        </a>
        <a class="button" href={queriesHref('indexes', { fingerprint })}>
          An index for it
        </a>
        <a class="button" href={queriesHref('n-plus-one', { fingerprint })}>
          N+1
        </a>
        <CopyButton text={sql} label="Copy SQL" />
      </p>
      <div class="two">
        <Facts
          of={[
            ['Calls', formatNumber(calls)],
            ['Rows, in all', formatNumber(rows)],
            ['Bytes, in all', formatBytes(bytes)],
            ['Asked the most by', query.route || 'outside of requests'],
            ['Called in', <CallSite key="site" site={query.callSite} />],
            [
              'Errors',
              failed.length === 0
                ? 'none'
                : failed.map(([state, count]) => `${formatNumber(count)} × ${state}`).join(', '),
            ],
          ]}
        />
        <Facts
          of={[
            ['Median', formatMs(durationMs.p50)],
            ['95 of 100 take at most', formatMs(durationMs.p95)],
            ['99 of 100 take at most', formatMs(durationMs.p99)],
            ['Longest', formatMs(durationMs.max)],
            ['Server and reading, in all', `${formatMs(serverMs)} + ${formatMs(decodeMs)}`],
            ['Waiting for a connection, in all', formatMs(waitMs)],
          ]}
        />
      </div>
    </section>
  )
}
