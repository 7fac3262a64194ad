import { PageHeader } from '../../parts/page-header.js'

export default function OverviewPage() {
  return <PageHeader title="Overview" />
}
