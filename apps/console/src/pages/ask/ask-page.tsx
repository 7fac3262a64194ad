import { PageHeader } from '../../parts/page-header.js'

export default function AskPage() {
  return <PageHeader title="Ask" />
}
