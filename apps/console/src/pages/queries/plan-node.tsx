import { nodeName, type PlanWalk, type Visit } from '@voiceassist/query-profiler/plan-tree'
import { formatMs, formatNumber, formatRatio } from '../../parts/format.js'
import { FindingNote } from './finding-note.js'
import type { Finding } from './place-findings.js'
import { conditionsOf, numberAt, rowsOf } from './plan-figures.js'
import { ShareBar } from './share-bar.js'

export interface PlanNodeProps {
  readonly visit: Visit
  readonly walk: PlanWalk
  readonly costliest: Visit
  readonly findings: ReadonlyMap<Visit, readonly Finding[]>
}

/** A step of a plan and all below it; folds, by the browser's own element. */
export function PlanNode({ visit, walk, costliest, findings }: PlanNodeProps) {
  const { node, self, selfShare, total, children } = visit
  const isCostliest = visit === costliest && selfShare > 0
  const spent = (amount: number) => (walk.unit === 'ms' ? formatMs(amount) : `cost ${formatNumber(amount)}`)
  const { text: rows, estimate } = rowsOf(walk, visit)
  const subplan = node['Subplan Name']
  const found = findings.get(visit) ?? []
  return (
    <li>
      <details open class={isCostliest ? 'costliest' : undefined}>
        <summary>
          <span class="step">
            {typeof subplan === 'string' && `${subplan}: `}
            {nodeName(visit)}
          </span>
          {isCostliest && <span class="badge bad">✕ costliest step</span>}
          {found.length > 0 && (
            <span class="badge warn">
              {found.length} {found.length === 1 ? 'finding' : 'findings'}
            </span>
          )}
          <span class="share">
            <ShareBar share={selfShare} costly={isCostliest} />
            {formatRatio(Math.round(selfShare * 100) / 100)}
          </span>
        </summary>
        <p class="step-figures muted">
          itself {spent(self)} · with all below {spent(total)} · {rows}
          {estimate && <span class="badge warn">{estimate}</span>}
          {walk.analyzed && visit.loops > visit.processes && ` · run ${formatNumber(visit.loops)} times`}
          {numberAt(node, 'Workers Planned') > 0 && ` · ${numberAt(node, 'Workers Planned')} workers`}
        </p>
        {conditionsOf(node).map(([key, text]) => (
          <p key={key} class="condition">
            <span class="muted">{key}:</span> <code>{text}</code>
          </p>
        ))}
        {found.map(finding => (
          <FindingNote key={finding.rule} finding={finding} />
        ))}
        {children.length > 0 && (
          <ul>
            {children.map((child, at) => (
              <PlanNode key={at} visit={child} walk={walk} costliest={costliest} findings={findings} />
            ))}
          </ul>
        )}
      </details>
    </li>
  )
}
