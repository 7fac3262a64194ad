import type { DocumentSummary } from '@voiceassist/api-contract'
import { Facts } from '../../parts/facts.js'
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
    <section class="card" aria-label="About the document">
      <Facts of={facts.filter(([, value]) => value !== null)} />
    </section>
  )
}
