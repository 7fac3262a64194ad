import type { DocumentSummary } from '@voiceassist/api-contract'
import { formatNumber, formatTime } from '../../parts/format.js'

export function DocumentFacts({ document }: { readonly document: DocumentSummary }) {
  const { sourceType, filename, sourceKey, fileType, version, chunkCount, wordCount } = document
  const facts: readonly (readonly [string, string | null])[] = [
    ['Source type', sourceType],
    ['File', filename],
    ['Imported from', sourceKey],
    ['Format', fileType],
    ['Version', String(version)],
    ['Chunks', formatNumber(chunkCount)],
    ['Words', formatNumber(wordCount)],
    ['Stored', formatTime(document.createdAt)],
    ['Changed', formatTime(document.updatedAt)],
    ...Object.entries(document.metadata).map(([name, value]) => [name, String(value)] as const),
  ]
  return (
    <dl class="card facts">
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
