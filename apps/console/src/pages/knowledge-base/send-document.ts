import type { DocumentSummary } from '@voiceassist/api-contract'
import { ApiError } from '../../api/api-error.js'
import { EventFollower } from '../../api/event-follower.js'
import { ownPage } from '../../api/own-page.js'
import { refreshSession, signedOut } from '../../api/session-events.js'

export interface SendProgress {
  readonly sentBytes: number
  /** Once the file has arrived: of the document's chunks. */
  readonly indexed?: { readonly embedded: number; readonly chunks: number }
  /** Whether the whole file was sent. */
  readonly isSent: boolean
}

export interface SendOptions {
  /** Replaces this document; absent: a new one. */
  readonly replaces?: string | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: SendProgress) => void
}

/**
 * Uploads a file and follows its indexing. By XMLHttpRequest, since fetch does not tell how much was sent.
 * @throws ApiError, or the signal's reason
 */
export async function sendDocument(file: File, options: SendOptions): Promise<DocumentSummary> {
  let outcome = await send(file, options)
  if (outcome.status === 401 && (await refreshSession())) outcome = await send(file, options)
  if (outcome.status === 401) signedOut()
  if (outcome.document) return outcome.document
  throw outcome.error
}

interface Outcome {
  readonly status: number
  readonly document?: DocumentSummary
  readonly error?: unknown
}

function send(file: File, { replaces, signal, onProgress }: SendOptions): Promise<Outcome> {
  const request = new XMLHttpRequest()
  let document: DocumentSummary | undefined
  let read = 0
  const follower = new EventFollower((name, data) => {
    if (name === 'document') document = data as DocumentSummary
    if (name === 'progress')
      onProgress({
        sentBytes: file.size,
        isSent: true,
        indexed: data as NonNullable<SendProgress['indexed']>,
      })
  })
  const isFollowed = () => request.getResponseHeader('content-type')?.startsWith('text/event-stream') ?? false
  const follow = () => {
    if (!isFollowed()) return
    const text = request.responseText
    follower.feed(text.slice(read))
    read = text.length
  }

  return new Promise((resolve, reject) => {
    const abort = () => request.abort()
    const end = (outcome: Outcome) => {
      signal.removeEventListener('abort', abort)
      resolve(outcome)
    }
    request.onabort = () => reject(signal.reason)
    request.onerror = () => end({ status: 0, error: unreachable(file) })
    // The form around the file counts too.
    request.upload.onprogress = ({ loaded }) =>
      onProgress({ sentBytes: Math.min(loaded, file.size), isSent: false })
    request.upload.onload = () => onProgress({ sentBytes: file.size, isSent: true })
    request.onprogress = follow
    request.onload = () => {
      const { status } = request
      if (!isFollowed()) return end({ status, error: ApiError.ofProblem(jsonOf(request), status) })
      try {
        follow()
        follower.finish()
        end({ status, document: document! })
      } catch (error) {
        end({ status, error })
      }
    }
    signal.addEventListener('abort', abort)
    const path = '/api/admin/kb/documents'
    request.open(replaces ? 'PUT' : 'POST', replaces ? `${path}/${replaces}` : path)
    for (const [name, value] of Object.entries(ownPage)) request.setRequestHeader(name, value)
    request.setRequestHeader('accept', 'text/event-stream')
    const form = new FormData()
    form.set('file', file)
    request.send(form)
  })
}

function jsonOf({ responseText }: XMLHttpRequest): unknown {
  try {
    return JSON.parse(responseText)
  } catch {
    return undefined
  }
}

/** A gateway that refuses a file while it is sent may end the connection before its answer is read. */
function unreachable({ name }: File): ApiError {
  return new ApiError(
    0,
    'OFFLINE',
    `The connection was lost while ${name} was sent: the gateway does not answer, or the file is larger than MAX_DOCUMENT_BYTES`,
  )
}
