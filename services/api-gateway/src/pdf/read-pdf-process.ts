import type { PdfText } from '../knowledge/document.js'
import { type RefusedDocument, refusedDocument } from '../knowledge/refused-document.js'
import { endProcessAfter, guardProcess } from './guard-process.js'
import { readPdf } from './read-pdf.js'

/** What the process is sent once. */
export interface PdfTask {
  readonly bytes: Uint8Array
  readonly maxBufferBytes: number
  /** After this it ends itself, were its parent gone by then. */
  readonly maxLifeMs: number
}

/** What the process answers once before it ends. */
export type PdfAnswer =
  | { readonly pdf: PdfText }
  | { readonly refused: RefusedDocument }
  | { readonly outOfMemory: true }

process.once('disconnect', () => process.exit())
process.once('message', async ({ bytes, maxBufferBytes, maxLifeMs }: PdfTask) => {
  endProcessAfter(maxLifeMs)
  guardProcess({
    maxBufferBytes,
    onOverrun: () => {
      // The answer of what has already failed is that it takes too much; nothing else is wanted of the library.
      answer({ outOfMemory: true })
      throw new RangeError('Too much memory')
    },
  })
  try {
    answer({ pdf: await readPdf(bytes) })
  } catch (error) {
    answer({ refused: refusedDocument(error) })
  }
})

let isAnswered = false
function answer(given: PdfAnswer): void {
  if (isAnswered) return
  isAnswered = true
  process.send?.(given, () => process.exit())
}
