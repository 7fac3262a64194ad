import type { AuditPage, AuditRow } from '@voiceassist/api-contract'
import { useState } from 'preact/hooks'
import { usePages } from '../../api/use-pages.js'
import { DataTable } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { formatTime } from '../../parts/format.js'
import { Loading } from '../../parts/loading.js'
import { AuditDetails } from './audit-details.js'
import type { AuditQuery } from './use-audit-query.js'

const limit = 50

export interface AuditRowsProps {
  readonly query: AuditQuery
  readonly onFilter: (query: AuditQuery) => void
}

export function AuditRows({ query, onFilter }: AuditRowsProps) {
  const rows = usePages<AuditRow, AuditPage>('/api/admin/audit-logs', { ...query, limit })
  const [shown, setShown] = useState<AuditRow>()
  return (
    <section class="card" aria-busy={rows.loading}>
      <div class="page-header">
        <h2>Rows, newest first</h2>
        <button type="button" onClick={rows.reload}>
          Refresh
        </button>
      </div>
      {rows.error && <ErrorPanel error={rows.error} onRetry={rows.reload} />}
      {rows.items && rows.items.length === 0 && (
        <Empty title="No row matches">Take a part of the filter away.</Empty>
      )}
      {rows.items && rows.items.length > 0 && (
        <DataTable
          caption="Audit rows, newest first"
          items={rows.items}
          keyOf={({ id }) => id}
          columns={[
            {
              title: 'When',
              cell: ({ timestamp }) => <time dateTime={timestamp}>{formatTime(timestamp)}</time>,
            },
            {
              title: 'Who',
              cell: ({ user, userId }) =>
                userId ? (
                  <button type="button" class="link" onClick={() => onFilter({ ...query, userId })}>
                    {user ?? userId}
                  </button>
                ) : (
                  <span class="muted">nobody known</span>
                ),
            },
            {
              title: 'Action',
              cell: ({ action }) => (
                <button type="button" class="link" onClick={() => onFilter({ ...query, action })}>
                  {action}
                </button>
              ),
            },
            {
              title: 'Outcome',
              cell: ({ success, error }) =>
                success ? (
                  <span class="badge good">succeeded</span>
                ) : (
                  <span class="badge bad">{error ?? 'failed'}</span>
                ),
            },
            {
              title: 'More',
              cell: row => (
                <button type="button" onClick={() => setShown(row)}>
                  Details<span class="hidden"> of {row.action}</span>
                </button>
              ),
            },
          ]}
        />
      )}
      {!rows.items && !rows.error && <Loading what="the audit rows" rows={8} />}
      {rows.more && (
        <p>
          <button type="button" disabled={rows.loading} onClick={rows.more}>
            {rows.loading ? 'Loading…' : 'Older rows'}
          </button>
        </p>
      )}
      {shown && <AuditDetails row={shown} onClose={() => setShown(undefined)} />}
    </section>
  )
}
