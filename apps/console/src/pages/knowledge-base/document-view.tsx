import type { DocumentDetail } from '@voiceassist/api-contract'
import { useLocation } from 'preact-iso'
import { useResource } from '../../api/use-resource.js'
import { base } from '../../base.js'
import { Loaded } from '../../parts/loaded.js'
import { PageHeader } from '../../parts/page-header.js'
import { ChunkedText } from './chunked-text.js'
import { DocumentActions } from './document-actions.js'
import { DocumentFacts } from './document-facts.js'

export function DocumentView({ id }: { readonly id: string }) {
  const document = useResource<DocumentDetail>(`/api/admin/kb/documents/${id}`)
  const { query } = useLocation()
  return (
    <>
      <p>
        <a href={`${base}/knowledge-base`}>← All documents</a>
      </p>
      <PageHeader
        title={document.data?.title ?? 'Document'}
        about="Its text as it is searched: each frame is a chunk, which is embedded, found and cited by itself."
      >
        {document.data && <a href={`${base}/ask?document=${id}`}>Ask about it</a>}
      </PageHeader>
      <Loaded of={document} what="the document" rows={12}>
        {found => (
          <div class="kb-page">
            <ChunkedText document={found} chosen={query.chunk} />
            <div class="document-side">
              <DocumentActions document={found} onChanged={document.reload} />
              <DocumentFacts document={found} />
            </div>
          </div>
        )}
      </Loaded>
    </>
  )
}
