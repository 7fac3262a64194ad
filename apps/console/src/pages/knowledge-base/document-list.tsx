import type { DocumentPage, DocumentSummary } from '@voiceassist/api-contract'
import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { useResource } from '../../api/use-resource.js'
import { base } from '../../base.js'
import { DataTable } from '../../parts/data-table.js'
import { Empty } from '../../parts/empty.js'
import { formatNumber, formatTime } from '../../parts/format.js'
import { Loaded } from '../../parts/loaded.js'
import { PageHeader } from '../../parts/page-header.js'
import { UploadPanel } from './upload-panel.js'
import { useUploads } from './uploads.js'

const path = `${base}/knowledge-base`

export function DocumentList() {
  const { query, route } = useLocation()
  const { sourceType = '', cursor = '' } = query
  const documents = useResource<DocumentPage>('/api/admin/kb/documents', { limit: 50, sourceType, cursor })
  const uploads = useUploads()
  const stored = uploads.filter(({ state }) => state === 'stored').length
  const seen = useRef(stored)
  useEffect(() => {
    if (stored > seen.current) documents.reload()
    seen.current = stored
  }, [stored])

  return (
    <>
      <PageHeader
        title="Knowledge base"
        about="What questions are answered from. A new document counts at once."
      />
      <div class="kb-page">
        <section aria-label="Documents">
          <SourceTypeFilter
            key={sourceType}
            value={sourceType}
            onChange={value => route(addressOf({ sourceType: value }))}
          />
          <Loaded of={documents} what="documents" rows={8}>
            {({ items, nextCursor, total }) => (
              <>
                <p class="muted" role="status">
                  {formatNumber(total)} {total === 1 ? 'document' : 'documents'}
                  {sourceType && ` of the type ${sourceType}`}, newest first
                </p>
                {items.length > 0 ? (
                  <DocumentTable items={items} />
                ) : (
                  <Empty title="No documents">
                    {sourceType ? <a href={path}>Show those of all types</a> : 'Upload the first one.'}
                  </Empty>
                )}
                <nav class="actions pager" aria-label="Further documents">
                  {cursor && <a href={addressOf({ sourceType })}>Newest</a>}
                  {nextCursor && <a href={addressOf({ sourceType, cursor: nextCursor })}>Older ones</a>}
                </nav>
              </>
            )}
          </Loaded>
        </section>
        <UploadPanel uploads={uploads} />
      </div>
    </>
  )
}

function DocumentTable({ items }: { readonly items: readonly DocumentSummary[] }) {
  return (
    <DataTable
      caption="Documents"
      items={items}
      keyOf={({ id }) => id}
      columns={[
        { title: 'Title', cell: ({ id, title }) => <a href={`${path}/${id}`}>{title}</a> },
        { title: 'Type', cell: ({ sourceType }) => sourceType },
        { title: 'Chunks', numeric: true, cell: ({ chunkCount }) => formatNumber(chunkCount) },
        { title: 'Words', numeric: true, cell: ({ wordCount }) => formatNumber(wordCount) },
        { title: 'Version', numeric: true, cell: ({ version }) => version },
        { title: 'Changed', cell: ({ updatedAt }) => formatTime(updatedAt) },
      ]}
    />
  )
}

function SourceTypeFilter({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <form
      class="row filter"
      onSubmit={event => {
        event.preventDefault()
        onChange(input.current!.value.trim())
      }}
    >
      <label class="field">
        Source type
        <input ref={input} defaultValue={value} maxLength={100} placeholder="all" />
      </label>
      <button type="submit">Filter</button>
    </form>
  )
}

function addressOf(query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
