import { type RefusedDocument, refusedDocument } from '../../knowledge/refused-document.js'
import { prepareDocument } from './prepare-document.js'
import type { PreparedDocument, PrepareTask } from './prepared-document.js'

/** Run on a worker thread by the pool of `document-preparer.ts`. */
export default function prepare(task: PrepareTask): PreparedDocument | { readonly refused: RefusedDocument } {
  try {
    return prepareDocument(task)
  } catch (error) {
    return { refused: refusedDocument(error) }
  }
}
