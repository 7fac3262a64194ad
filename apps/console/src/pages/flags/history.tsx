import type { AuditPage, AuditRow } from '@voiceassist/api-contract'
import { useEffect } from 'preact/hooks'
import { usePages } from '../../api/use-pages.js'
import { DataTable } from '../../parts/data-table.js'
import { ErrorPanel } from '../../parts/error-panel.js'
import { formatTime } from '../../parts/format.js'
import { Loading } from '../../parts/loading.js'
import { flagPath } from './flag-calls.js'

/** @param turn another one: read again */
export function History({ name, turn }: { readonly name: string; readonly turn: number }) {
  const rows = usePages<AuditRow, AuditPage>(`${flagPath(name)}/history`, { limit: 20 })
  useEffect(() => {
    if (turn > 0) rows.reload()
  }, [turn, rows.reload])
  return (
    <section class="card">
      <h2>History</h2>
      {rows.error && <ErrorPanel error={rows.error} onRetry={rows.reload} />}
      {!rows.items && !rows.error && <Loading what="the history" rows={3} />}
      {rows.items?.length === 0 && <p>Nobody changed it since it was made.</p>}
      {rows.items && rows.items.length > 0 && (
        <DataTable
          caption="Changes, newest first"
          items={rows.items}
          keyOf={({ id }) => id}
          columns={[
            { title: 'When', cell: ({ timestamp }) => formatTime(timestamp) },
            { title: 'Who', cell: ({ user, userId }) => user ?? userId ?? 'the gateway' },
            {
              title: 'What',
              cell: ({ action, details }) => `${action.replace('flag.', '')} ${changesOf(details)}`,
            },
            { title: 'Why', cell: ({ details }) => String(details.reason ?? '–') },
          ]}
        />
      )}
      {rows.more && (
        <button type="button" disabled={rows.loading} onClick={rows.more}>
          Earlier changes
        </button>
      )}
    </section>
  )
}

function changesOf(details: AuditRow['details']): string {
  const fields = String(details.changed ?? '')
    .split(' ')
    .filter(Boolean)
  return fields
    .map(field => `${field}: ${details[`${field}.old`] ?? '–'} → ${details[`${field}.new`] ?? '–'}`)
    .join('; ')
}
