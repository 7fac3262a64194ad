import type { QueryPlans } from '@voiceassist/api-contract'
import { type Plan, walkPlan } from '@voiceassist/query-profiler/plan-tree'
import { CopyButton } from '../../parts/copy-button.js'
import { formatMs, formatTime } from '../../parts/format.js'
import { FindingNote } from './finding-note.js'
import { placeFindings } from './place-findings.js'
import { PlanNode } from './plan-node.js'
import { SqlText } from './sql-text.js'
import { queriesHref } from './statement-filter.js'

export interface PlanViewProps {
  readonly record: QueryPlans['items'][number]
  /** Findings are of the plan in use. */
  readonly isCurrent?: boolean
}

/** A plan as a tree, with what the rules found at the steps it is about. */
export function PlanView({ record, isCurrent = false }: PlanViewProps) {
  const { fingerprint, sql, plan, findings, generic, medianMs, firstSeenAt, lastSeenAt } = record
  // As EXPLAIN writes it, which the contract does not spell out.
  const walk = walkPlan({ plan: plan as Plan, sql, catalog: { tables: new Map() } })
  const costliest = walk.visits.reduce((most, visit) => (visit.self > most.self ? visit : most), walk.root)
  const placed = placeFindings(walk, isCurrent ? findings : [])
  return (
    <div class="stack">
      {isCurrent && <SqlText sql={sql} />}
      {isCurrent && (
        <p class="actions">
          <a class="button" href={queriesHref('indexes', { fingerprint })}>
            An index for it
          </a>
          <a class="button" href={queriesHref('top', { fingerprint })}>
            All about the statement
          </a>
          <CopyButton text={JSON.stringify([plan], null, 2)} label="Copy plan as JSON" />
        </p>
      )}
      <p class="muted">
        {walk.analyzed
          ? 'It was run to see this: times and rows are real.'
          : 'It was not run: costs and rows are the planner’s estimates.'}{' '}
        {generic ? 'Planned for any values.' : 'Planned for the values of a call.'}{' '}
        {medianMs !== null && `The statement takes ${formatMs(medianMs)} at the median with it. `}
        Seen from {formatTime(firstSeenAt)} to {formatTime(lastSeenAt)}.
      </p>
      {placed.elsewhere.length > 0 && (
        <section>
          <h2>Of the statement as a whole</h2>
          {placed.elsewhere.map(finding => (
            <FindingNote key={finding.rule + finding.nodes[0]} finding={finding} />
          ))}
        </section>
      )}
      <section aria-label="The plan as a tree">
        <p>
          Read it from the inside out: a step gets its rows from the steps below it. The bar is a step’s own
          share of the {walk.unit === 'ms' ? 'time' : 'cost'}.
        </p>
        <ul class="plan">
          <PlanNode visit={walk.root} walk={walk} costliest={costliest} findings={placed.at} />
        </ul>
      </section>
    </div>
  )
}
