import type { DocumentSummary } from '@voiceassist/api-contract'
import type { ApiError } from '../../api/api-error.js'
import { onSignedOut } from '../../api/session-events.js'
import { createStore } from '../../api/store.js'
import { asApiError } from '../../api/use-resource.js'
import { type SendProgress, sendDocument } from './send-document.js'

export interface Upload {
  readonly id: string
  readonly file: File
  /** The document that it is to replace. */
  readonly replaces: string | undefined
  readonly state: 'waiting' | 'sending' | 'stored' | 'failed' | 'cancelled'
  readonly progress: SendProgress
  readonly document?: DocumentSummary
  readonly error?: ApiError
}

/** One is sent while another is indexed. */
const lanes = 2
const atFirst: SendProgress = { sentBytes: 0, isSent: false }

const store = createStore<readonly Upload[]>([])
const underWay = new Map<string, AbortController>()
let count = 0

onSignedOut(() => {
  for (const abort of underWay.values()) abort.abort()
})

/** Newest first; they go on while one looks at other pages. */
export const useUploads = store.use

export function upload(files: Iterable<File>, replaces?: string): void {
  const added = Array.from(files, (file): Upload => {
    count += 1
    return { id: String(count), file, replaces, state: 'waiting', progress: atFirst }
  })
  store.set(uploads => [...added.reverse(), ...uploads])
  next()
}

export function retryUpload(id: string): void {
  change(id, ({ file, replaces }) => ({ id, file, replaces, state: 'waiting', progress: atFirst }))
  next()
}

export function cancelUpload(id: string): void {
  underWay.get(id)?.abort()
  change(id, one => (one.state === 'waiting' ? { ...one, state: 'cancelled' } : one))
}

/** Takes those that are over off the list. */
export function clearUploads(): void {
  store.set(uploads => uploads.filter(isUnderWay))
}

export function isUnderWay({ state }: Upload): boolean {
  return state === 'waiting' || state === 'sending'
}

function next(): void {
  for (const one of store.get().toReversed()) {
    if (underWay.size >= lanes) return
    if (one.state === 'waiting') void send(one)
  }
}

async function send({ id, file, replaces }: Upload): Promise<void> {
  const abort = new AbortController()
  underWay.set(id, abort)
  const patch = (part: Partial<Upload>) => change(id, one => ({ ...one, ...part }))
  patch({ state: 'sending' })
  try {
    const onProgress = (progress: SendProgress) => patch({ progress })
    const document = await sendDocument(file, { replaces, signal: abort.signal, onProgress })
    patch({ state: 'stored', document })
  } catch (error) {
    patch(abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: asApiError(error) })
  } finally {
    underWay.delete(id)
    next()
  }
}

function change(id: string, turn: (upload: Upload) => Upload): void {
  store.set(uploads => uploads.map(one => (one.id === id ? turn(one) : one)))
}
