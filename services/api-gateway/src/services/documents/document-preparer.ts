import type { Clock } from '@voiceassist/kernel'
import { Tinypool } from 'tinypool'
import { isPdf } from '../../knowledge/detect-format.js'
import { gatewayErrorOf, type RefusedDocument } from '../../knowledge/refused-document.js'
import { PdfReader } from '../../pdf/pdf-reader.js'
import { prepareDocument } from './prepare-document.js'
import type { PreparedDocument, PrepareTask } from './prepared-document.js'

/** Reading and cutting takes about a millisecond for each KiB: what is smaller is done at once. */
const smallBytes = 4 * 1024
const idleTimeoutMs = 10_000

/**
 * Prepares documents without holding up the event loop: on one worker thread, which ends when it is not
 * needed; a PDF first on one of its own.
 */
export class DocumentPreparer {
  readonly #pool = new Tinypool({
    filename: new URL('./prepare-document-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleTimeoutMs,
  })
  readonly #pdfReader: PdfReader

  constructor({ clock }: { readonly clock: Clock }) {
    this.#pdfReader = new PdfReader({ clock })
  }

  /**
   * @throws GatewayError UNSUPPORTED_FORMAT, DOCUMENT_UNREADABLE, or of a PDF DOCUMENT_ENCRYPTED, DOCUMENT_SCANNED or
   *   DOCUMENT_TOO_COMPLEX; the signal's reason when aborted.
   */
  async prepare(task: PrepareTask, signal?: AbortSignal): Promise<PreparedDocument> {
    signal?.throwIfAborted()
    if (!('document' in task) && isPdf(task.bytes, task.filename)) {
      const pdf = await this.#pdfReader.read(task.bytes, signal)
      return this.#prepareText({ ...task, pdf }, pdf.text.length, signal)
    }
    return this.#prepareText(task, 'document' in task ? task.document.text.length : task.bytes.length, signal)
  }

  async #prepareText(task: PrepareTask, size: number, signal?: AbortSignal): Promise<PreparedDocument> {
    if (size <= smallBytes) return prepareDocument(task)
    const result = await this.#run(task, signal)
    if ('refused' in result) throw gatewayErrorOf(result.refused)
    return result
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
