import type { CacheReport } from '@voiceassist/api-contract'
import { DataTable } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { formatNumber, formatRatio } from '../../parts/format.js'

type Row = CacheReport['namespaces'][string] & { readonly name: string }

export function NamespaceTable({ namespaces }: Pick<CacheReport, 'namespaces'>) {
  const rows: Row[] = Object.entries(namespaces)
    .map(([name, stats]) => ({ name, ...stats }))
    .sort((a, b) => b.hits + b.misses - (a.hits + a.misses) || a.name.localeCompare(b.name))
  return (
    <section class="card">
      <h2>Namespaces</h2>
      {rows.length === 0 ? (
        <Empty title="Nothing was cached yet">Ask a question, or open a list.</Empty>
      ) : (
        <DataTable
          caption="Namespaces, most read first"
          items={rows}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Namespace', cell: ({ name }) => <code>{name}</code> },
            {
              title: 'Hit rate',
              numeric: true,
              cell: row => (row.hits + row.misses > 0 ? formatRatio(row.hitRate) : '–'),
            },
            { title: 'From memory', numeric: true, cell: row => formatNumber(row.memoryHits) },
            { title: 'From the second tier', numeric: true, cell: row => formatNumber(row.remoteHits) },
            { title: 'Misses', numeric: true, cell: row => formatNumber(row.misses) },
            { title: 'Loaded', numeric: true, cell: row => formatNumber(row.loads) },
            {
              title: 'Failed loads',
              numeric: true,
              cell: row =>
                row.loadErrors > 0 ? <span class="badge bad">{formatNumber(row.loadErrors)}</span> : '0',
            },
            { title: 'In memory', numeric: true, cell: row => formatNumber(row.entries) },
          ]}
        />
      )}
    </section>
  )
}
