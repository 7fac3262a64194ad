import { PageHeader } from '../../parts/page-header.js'

export default function KnowledgeBasePage() {
  return <PageHeader title="KnowledgeBase" />
}
