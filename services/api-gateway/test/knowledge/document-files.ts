import { type DocumentFile, readDocument } from '#src/knowledge/read-document'

/** A document of text, as `readDocument` gives it. */
export function readText(text: string, file: Omit<DocumentFile, 'bytes'> = {}) {
  return readDocument({ bytes: Buffer.from(text), ...file })
}
