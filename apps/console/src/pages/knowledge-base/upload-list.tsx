import { base } from '../../base.js'
import { formatBytes } from '../../parts/format.js'
import { cancelUpload, isUnderWay, retryUpload, type Upload } from './uploads.js'

export function UploadList({ uploads }: { readonly uploads: readonly Upload[] }) {
  return (
    <ul class="uploads" aria-label="Uploads">
      {uploads.map(upload => (
        <li key={upload.id}>
          <UploadRow upload={upload} />
        </li>
      ))}
    </ul>
  )
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const { id, file, replaces, state, document, error } = upload
  const share = shareOf(upload)
  return (
    <>
      <div class="upload-name">
        <strong>{file.name}</strong>
        {isUnderWay(upload) && (
          <button type="button" class="link" onClick={() => cancelUpload(id)}>
            Cancel<span class="hidden"> {file.name}</span>
          </button>
        )}
        {(state === 'failed' || state === 'cancelled') && (
          <button type="button" class="link" onClick={() => retryUpload(id)}>
            Try again<span class="hidden"> {file.name}</span>
          </button>
        )}
      </div>
      {(isUnderWay(upload) || document) && (
        <progress
          max={1}
          {...(share !== undefined && { value: share })}
          aria-label={`Progress of ${file.name}`}
        />
      )}
      <p class={state === 'failed' ? 'bad' : 'muted'} role={state === 'failed' ? 'alert' : 'status'}>
        {error ? <Failure message={error.message} code={error.code} /> : words(upload)}
        {document && !replaces && (
          <>
            {' '}
            <a href={`${base}/knowledge-base/${document.id}`}>See it</a> ·{' '}
            <a href={`${base}/ask?document=${document.id}`} aria-label={`Ask about it: ${document.title}`}>
              Ask about it
            </a>
          </>
        )}
      </p>
    </>
  )
}

/** The document in the way of this one, where the gateway names it. */
function Failure({ message, code }: { readonly message: string; readonly code: string }) {
  const other = code === 'DOCUMENT_EXISTS' ? /document ([0-9a-f-]{36})/.exec(message)?.[1] : undefined
  return (
    <>
      {message} ({code}){code === 'DOCUMENT_TOO_LARGE' && '. Divide it, or raise MAX_DOCUMENT_BYTES.'}
      {other && <a href={`${base}/knowledge-base/${other}`}> See that document</a>}
    </>
  )
}

function words({ state, progress, file, document }: Upload): string {
  const { sentBytes, isSent, indexed } = progress
  if (state === 'waiting') return 'Waits for its turn'
  if (state === 'cancelled') return 'Cancelled: nothing is stored'
  if (document) return `Stored in ${document.chunkCount} ${document.chunkCount === 1 ? 'chunk' : 'chunks'}.`
  if (indexed) return `Embedding: ${indexed.embedded} of ${indexed.chunks} chunks`
  if (isSent) return 'Sent; it is read and cut into chunks'
  return `Sending: ${formatBytes(sentBytes)} of ${formatBytes(file.size)}`
}

/** Sending is the first half, embedding the second; undefined while it is read, which nobody can foresee. */
function shareOf({ state, progress, file }: Upload): number | undefined {
  const { sentBytes, isSent, indexed } = progress
  if (state === 'stored') return 1
  if (state !== 'sending') return 0
  if (indexed) return 0.5 + indexed.embedded / indexed.chunks / 2
  return isSent ? undefined : sentBytes / Math.max(1, file.size) / 2
}
