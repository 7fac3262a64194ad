import type { DocumentDetail } from '@voiceassist/api-contract'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { followEvents } from '../../api/event-follower.js'
import { request, respond } from '../../api/request.js'
import { useAction } from '../../api/use-action.js'
import { base } from '../../base.js'
import { Confirm } from '../../parts/confirm.js'
import { acceptedFiles } from './drop-zone.js'
import { UploadList } from './upload-list.js'
import { upload, useUploads } from './uploads.js'

/** Replace, reindex, delete. */
export function DocumentActions({
  document: { id, title },
  onChanged,
}: {
  readonly document: DocumentDetail
  readonly onChanged: () => void
}) {
  const { route } = useLocation()
  const input = useRef<HTMLInputElement>(null)
  const [isDeleting, setDeleting] = useState(false)
  const [said, setSaid] = useState('')
  const path = `/api/admin/kb/documents/${id}`
  const replacing = useUploads().filter(({ replaces }) => replaces === id)
  const replaced = replacing.filter(({ state }) => state === 'stored').length
  const seen = useRef(replaced)
  useEffect(() => {
    if (replaced > seen.current) onChanged()
    seen.current = replaced
  }, [replaced])
  const reindex = useAction(async () => {
    setSaid('Reindexing…')
    const response = await respond('POST', `${path}/reindex`, { headers: { accept: 'text/event-stream' } })
    await followEvents(response, (name, data) => {
      const { embedded, chunks } = data as { embedded: number; chunks: number }
      if (name === 'progress') setSaid(`Reindexing: ${embedded} of ${chunks} chunks embedded`)
    })
    setSaid('Reindexed: it was cut and embedded anew.')
    onChanged()
  })

  return (
    <div class="document-actions">
      <div class="actions">
        <button type="button" onClick={() => input.current?.click()}>
          Replace…
        </button>
        <input
          ref={input}
          class="hidden"
          type="file"
          tabIndex={-1}
          aria-label="The file to replace it with"
          accept={acceptedFiles}
          onChange={({ currentTarget }) => {
            upload([...(currentTarget.files ?? [])], id)
            currentTarget.value = ''
          }}
        />
        <button type="button" disabled={reindex.busy} onClick={() => void reindex.run()}>
          Reindex
        </button>
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          Delete…
        </button>
      </div>
      <p role="status" class={reindex.error ? 'form-error' : 'muted'}>
        {reindex.error?.message ?? said}
      </p>
      {replacing.length > 0 && <UploadList uploads={replacing.slice(0, 1)} />}
      {isDeleting && (
        <Confirm
          title="Delete this document?"
          deed="Delete"
          danger
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await request('DELETE', path)
            route(`${base}/knowledge-base`)
          }}
        >
          <p>
            <strong>{title}</strong> goes with its chunks, and no answer quotes it any more. Answers given
            before keep their quotations.
          </p>
        </Confirm>
      )}
    </div>
  )
}
