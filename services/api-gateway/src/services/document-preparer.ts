import { Tinypool } from 'tinypool'
import { GatewayError } from '../errors.js'
import { prepareDocument } from './prepare-document.js'
import type { RefusedDocument } from './prepare-document-worker.js'
import type { PreparedDocument, PrepareTask } from './prepared-document.js'

/** Reading and cutting takes about a millisecond for each KiB: what is smaller is done at once. */
const smallBytes = 4 * 1024
const idleTimeoutMs = 10_000

/** Prepares documents without holding up the event loop: on one worker thread, which ends when it is not needed. */
export class DocumentPreparer {
  readonly #pool = new Tinypool({
    filename: new URL('./prepare-document-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleTimeoutMs,
  })

  /** @throws GatewayError UNSUPPORTED_FORMAT or DOCUMENT_UNREADABLE; the signal's reason when aborted. */
  async prepare(task: PrepareTask, signal?: AbortSignal): Promise<PreparedDocument> {
    signal?.throwIfAborted()
    const size = 'document' in task ? task.document.text.length : task.bytes.length
    if (size <= smallBytes) return prepareDocument(task)
    const result = await this.#run(task, signal)
    if (!('refused' in result)) return result
    const { code, message, field, remedy } = result.refused
    throw new GatewayError(code, message, {
      ...(field === undefined ? {} : { field }),
      ...(remedy === undefined ? {} : { remedy }),
    })
  }

  async #run(
    task: PrepareTask,
    signal?: AbortSignal,
  ): Promise<PreparedDocument | { readonly refused: RefusedDocument }> {
    try {
      return await this.#pool.run(task, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
}
