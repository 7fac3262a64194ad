import { formatRatio } from '../../parts/format.js'
import type { Finding } from './place-findings.js'
import { SeverityBadge } from './severity-badge.js'

/** What a rule found, and what to do. */
export function FindingNote({ finding }: { readonly finding: Finding }) {
  const { rule, severity, message, advice, share, nodes, estimateOnly } = finding
  const others = nodes.slice(1)
  return (
    <div class={`finding ${severity}`}>
      <p>
        <SeverityBadge of={severity} /> <strong>{message}</strong>
      </p>
      <p>{advice}</p>
      <p class="muted">
        {rule}
        {share > 0 && ` · ${formatRatio(share)} of the statement`}
        {estimateOnly && ' · from estimates'}
        {others.length > 0 && ` · also ${others.join(', ')}`}
      </p>
    </div>
  )
}
