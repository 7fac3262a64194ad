import { PageHeader } from '../../parts/page-header.js'
import { AuditFilter } from './audit-filter.js'
import { AuditRows } from './audit-rows.js'
import { useAuditQuery } from './use-audit-query.js'
import { Verification } from './verification.js'

export default function AuditPage() {
  const [query, setQuery] = useAuditQuery()
  const csv = new URLSearchParams({ ...query, format: 'csv' })
  return (
    <>
      <PageHeader title="Audit" about="Who read and changed what. Looking here is written down, too.">
        <a class="button" href={`/api/admin/audit-logs?${csv}`} download="audit-logs.csv">
          Download CSV
        </a>
      </PageHeader>
      <div class="stack">
        <Verification />
        <AuditFilter query={query} onChange={setQuery} />
        <AuditRows query={query} onFilter={setQuery} />
      </div>
    </>
  )
}
