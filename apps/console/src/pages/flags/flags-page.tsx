import { PageHeader } from '../../parts/page-header.js'

export default function FlagsPage() {
  return <PageHeader title="Flags" />
}
