import type { QueryPlans } from '@voiceassist/api-contract'
import type { Column } from '../../parts/data-table.js'
import { formatMs, formatTime } from '../../parts/format.js'
import { LongTable } from './long-table.js'
import { SeverityBadge, worstOf } from './severity-badge.js'
import { StatementCell } from './statement-cell.js'
import { queriesHref } from './statement-filter.js'

type PlanOf = QueryPlans['items'][number]

/** The latest plan of each statement; what has the worst findings first. */
export function PlanList({ plans }: { readonly plans: readonly PlanOf[] }) {
  const latest = [...new Map([...plans].reverse().map(plan => [plan.fingerprint, plan])).values()].reverse()
  const rank = ({ findings }: PlanOf) => ['critical', 'warning', 'info', undefined].indexOf(worstOf(findings))
  return (
    <>
      <p class="muted">Open a plan to see its costly step, and what to do about it.</p>
      <LongTable
        caption="Statements whose plan is known"
        columns={columns}
        items={latest.sort((a, b) => rank(a) - rank(b))}
        keyOf={({ fingerprint }) => fingerprint}
      />
    </>
  )
}

const columns: Column<PlanOf>[] = [
  { title: 'Statement', cell: plan => <StatementCell {...plan} /> },
  {
    title: 'Findings',
    cell: ({ findings }) =>
      findings.length === 0 ? (
        <span class="muted">none</span>
      ) : (
        <span>
          <SeverityBadge of={worstOf(findings)!} /> {findings.length > 1 && `and ${findings.length - 1} more`}
        </span>
      ),
  },
  { title: 'Median', numeric: true, cell: ({ medianMs }) => (medianMs === null ? '–' : formatMs(medianMs)) },
  {
    title: 'Last seen',
    cell: ({ lastSeenAt }) => <time dateTime={lastSeenAt}>{formatTime(lastSeenAt)}</time>,
  },
  {
    title: 'Plan',
    cell: ({ fingerprint }) => (
      <a href={queriesHref('plans', { fingerprint })}>
        Open<span class="hidden"> the plan of this statement</span>
      </a>
    ),
  },
]
