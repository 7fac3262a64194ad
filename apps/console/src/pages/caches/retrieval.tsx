import type { CacheReport } from '@voiceassist/api-contract'
import { DataTable } from '../../parts/data-table.js'
import { formatBytes, formatMs, formatNumber } from '../../parts/format.js'

const kinds = {
  search_results: 'Search results',
  query_embedding: 'Embeddings of questions',
  document_meta: 'Facts of documents',
} as const

export function Retrieval({ stats }: { readonly stats: NonNullable<CacheReport['rag']> }) {
  return (
    <section class="card">
      <h2>Retrieval</h2>
      <DataTable
        caption="What the cache of retrieval keeps and saves"
        items={Object.entries(kinds).map(([kind, title]) => ({
          title,
          ...stats[kind as keyof typeof kinds],
        }))}
        keyOf={({ title }) => title}
        columns={[
          { title: 'What', cell: ({ title }) => title },
          {
            title: 'Hit rate',
            numeric: true,
            cell: row => (row.hits + row.misses > 0 ? `${formatNumber(row.hitRate)} %` : '–'),
          },
          { title: 'Hits', numeric: true, cell: row => formatNumber(row.hits) },
          { title: 'Misses', numeric: true, cell: row => formatNumber(row.misses) },
          { title: 'In memory', numeric: true, cell: row => formatNumber(row.entries) },
          { title: 'Size', numeric: true, cell: row => formatBytes(row.bytes) },
          { title: 'Time saved', numeric: true, cell: row => formatMs(row.secondsSaved * 1000) },
        ]}
      />
    </section>
  )
}
