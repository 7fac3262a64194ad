import { PageHeader } from '../../parts/page-header.js'

export default function AuditPage() {
  return <PageHeader title="Audit" />
}
