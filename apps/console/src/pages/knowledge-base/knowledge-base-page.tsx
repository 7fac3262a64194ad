import { useLocation } from 'preact-iso'
import { base } from '../../base.js'
import { DocumentList } from './document-list.js'
import { DocumentView } from './document-view.js'
import './knowledge-base.css'

const path = `${base}/knowledge-base/`

/** The list, or one document. */
export default function KnowledgeBasePage() {
  const { path: here } = useLocation()
  const id = here.startsWith(path) ? here.slice(path.length).split('/')[0] : ''
  return id ? <DocumentView key={id} id={id} /> : <DocumentList />
}
