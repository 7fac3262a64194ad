import type { Retrieval } from '@voiceassist/api-contract'
import { formatMs, formatRatio } from '../../parts/format.js'
import type { Run } from './asks.js'

/** Cached or not. */
export function PassagesFrom({ run }: { readonly run: Run }) {
  if (run.state === 'asking') return <span class="badge">asking…</span>
  if (run.state === 'stopped') return <span class="badge warn">stopped</span>
  if (run.state === 'failed') return <span class="badge bad">failed</span>
  const from = run.answer?.retrieval
  if (!from) return <span class="badge">not known</span>
  if (from.from === 'search') return <span class="badge">searched</span>
  const kind =
    from.from === 'cache' ? 'from cache' : `similar question (${formatRatio(from.similarity ?? null)} alike)`
  return (
    <span class="badge good">
      {kind}
      {saved(from)}
    </span>
  )
}

function saved({ savedMs }: Retrieval): string {
  return savedMs === undefined || savedMs <= 0 ? '' : `, saved ${formatMs(savedMs)}`
}
