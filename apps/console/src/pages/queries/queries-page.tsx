import { PageHeader } from '../../parts/page-header.js'

export default function QueriesPage() {
  return <PageHeader title="Queries" />
}
