import { PageHeader } from '../../parts/page-header.js'

export default function CachesPage() {
  return <PageHeader title="Caches" />
}
