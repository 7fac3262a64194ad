import type { Citation } from '@voiceassist/api-contract'
import { base } from '../../base.js'
import { formatNumber } from '../../parts/format.js'

export interface CitationListProps {
  readonly citations: readonly Citation[]
  /** Those that are unfolded. */
  readonly open: ReadonlySet<number>
  readonly onToggle: (index: number, isOpen: boolean) => void
  readonly idOf: (index: number) => string
}

export function CitationList({ citations, open, onToggle, idOf }: CitationListProps) {
  return (
    <ol class="citations" aria-label="Citations">
      {citations.map(({ documentId, chunkId, title, heading, text, score }, index) => (
        <li key={`${chunkId} ${index}`}>
          <details open={open.has(index)} onToggle={event => onToggle(index, event.currentTarget.open)}>
            <summary id={idOf(index)}>
              [{index + 1}] <strong>{title}</strong>
              {heading && ` › ${heading}`} <span class="badge">score {formatNumber(score)}</span>
            </summary>
            <blockquote>{text}</blockquote>
            <p>
              <a href={`${base}/knowledge-base/${documentId}?chunk=${chunkId}`}>See it in the document</a>
            </p>
          </details>
        </li>
      ))}
    </ol>
  )
}
