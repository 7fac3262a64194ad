import type { AuditRow } from '@voiceassist/api-contract'
import { Dialog } from '../../parts/dialog.js'
import { Facts } from '../../parts/facts.js'
import { formatTime } from '../../parts/format.js'

export function AuditDetails({ row, onClose }: { readonly row: AuditRow; readonly onClose: () => void }) {
  const facts = [
    ['When', formatTime(row.timestamp)],
    ['Who', row.user],
    ['Role', row.userRole],
    ['Resource', [row.resourceType, row.resourceId].filter(Boolean).join(' ')],
    ['Endpoint', row.endpoint],
    ['Status', row.statusCode],
    ['Error', row.error],
    ['Request', row.requestId],
    ['Address', row.ipAddress],
    ['Program', row.userAgent],
    ['Place in the chain', row.seq ?? 'not sealed yet'],
  ] as const
  return (
    <Dialog title={row.action} onClose={onClose}>
      <Facts of={facts.filter(([, value]) => value !== null && value !== '')} />
      {Object.keys(row.details).length > 0 && <pre>{JSON.stringify(row.details, null, 2)}</pre>}
      <form method="dialog" class="actions">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  )
}
