import { GatewayError, type GatewayErrorCode } from '../errors.js'
import { prepareDocument } from './prepare-document.js'
import type { PreparedDocument, PrepareTask } from './prepared-document.js'

/** An error by its parts: a thread boundary takes its class from it. */
export interface RefusedDocument {
  readonly code: GatewayErrorCode
  readonly message: string
  readonly field: string | undefined
  readonly remedy: string | undefined
}

/** Run on a worker thread by the pool of `document-preparer.ts`. */
export default function prepare(task: PrepareTask): PreparedDocument | { readonly refused: RefusedDocument } {
  try {
    return prepareDocument(task)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { code, message, field, remedy } = error
    return { refused: { code, message, field, remedy } }
  }
}
