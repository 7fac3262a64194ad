import type { QueryPlans } from '@voiceassist/api-contract'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatMs, formatTime } from '../../parts/format.js'
import { StatementCell } from './statement-cell.js'
import { queriesHref } from './statement-filter.js'

type Change = QueryPlans['changes'][number]

/** Plans that took the place of others: where a statement became slow overnight. */
export function PlanChanges({ changes }: { readonly changes: readonly Change[] }) {
  if (changes.length === 0) return null
  return (
    <section>
      <h2>Plans that changed</h2>
      <DataTable
        caption="Plans that changed"
        columns={columns}
        items={changes}
        keyOf={({ after }) => `${after.fingerprint} ${after.planHash} ${after.lastSeenAt}`}
      />
    </section>
  )
}

function median(ms: number | null): string {
  return ms === null ? 'unknown' : formatMs(ms)
}

const columns: Column<Change>[] = [
  { title: 'Statement', cell: ({ after }) => <StatementCell {...after} /> },
  { title: 'Median before', numeric: true, cell: ({ before }) => median(before.medianMs) },
  { title: 'Median now', numeric: true, cell: ({ after }) => median(after.medianMs) },
  {
    title: 'Change',
    cell: ({ slower, after }) => (
      <a href={queriesHref('plans', after)}>
        {slower ? <span class="badge bad">✕ slower</span> : 'not slower'}
        <span class="hidden">: its plans</span>
      </a>
    ),
  },
  {
    title: 'Since',
    cell: ({ after }) => <time dateTime={after.firstSeenAt}>{formatTime(after.firstSeenAt)}</time>,
  },
]
