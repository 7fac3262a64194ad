import { createHash } from 'node:crypto'
import type { DocumentMetadata } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { canonicalLine, canonicalText } from '../../knowledge/canonical-text.js'
import { chunkDocument } from '../../knowledge/chunk-document.js'
import { maxTitleLength, type ReadDocument } from '../../knowledge/document.js'
import { chunkTerms } from '../../knowledge/lexical-terms.js'
import { readDocument } from '../../knowledge/read-document.js'
import { termSeparator } from '../../repositories/kb-chunks.repository.js'
import type { PreparedDocument, PrepareTask } from './prepared-document.js'

const maxSourceTypeLength = 100
const maxMetadataBytes = 16 * 1024
const defaultSourceType = 'document'

/**
 * Reads and cuts a document: all of its processing that takes time on a thread of this process.
 * @throws GatewayError UNSUPPORTED_FORMAT or DOCUMENT_UNREADABLE.
 */
export function prepareDocument(task: PrepareTask): PreparedDocument {
  if ('document' in task) return cut(task.document)
  const contentHash = createHash('sha256').update(task.bytes).digest('hex')
  const read = readDocument({
    bytes: task.bytes,
    ...(task.filename === undefined ? {} : { filename: task.filename }),
    ...(task.pdf === undefined ? {} : { pdf: task.pdf }),
  })
  const sourceType = canonicalLine(task.sourceType ?? read.sourceType ?? '', maxSourceTypeLength)
  const document: ReadDocument = {
    ...read,
    title: canonicalLine(task.title ?? '', maxTitleLength) || read.title,
    sourceType: sourceType || defaultSourceType,
    metadata: boundedMetadata({ ...read.metadata, ...task.metadata }),
  }
  return { ...cut(document), contentHash }
}

function cut(document: ReadDocument): PreparedDocument {
  const { format, title, sourceType = defaultSourceType, metadata, text } = document
  let titleTerms = ''
  let wordCount = 0
  const chunks = chunkDocument(document).map(chunk => {
    const terms = chunkTerms({ title, heading: chunk.heading, text: chunk.text })
    titleTerms = terms.titleTerms.join(termSeparator)
    wordCount += chunk.wordCount
    return {
      ...chunk,
      headingTerms: terms.headingTerms.join(termSeparator),
      bodyTerms: terms.bodyTerms.join(termSeparator),
    }
  })
  return { format, title, sourceType, metadata, text, wordCount, titleTerms, chunks }
}

/** What JSON and PostgreSQL hold exactly, and no more than a page of it. */
function boundedMetadata(given: DocumentMetadata): DocumentMetadata {
  const pairs = Object.entries(given).map(([key, value]): [string, DocumentMetadata[string]] => [
    canonicalText(key),
    typeof value === 'string' ? canonicalText(value) : value,
  ])
  for (const [key, value] of pairs) {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw refusedMetadata(`The metadata '${key}' is not a finite number`)
  }
  const metadata = Object.fromEntries(pairs)
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes)
    throw refusedMetadata(`The metadata is larger than ${maxMetadataBytes / 1024} KiB`)
  return metadata
}

function refusedMetadata(message: string): GatewayError {
  return new GatewayError('DOCUMENT_UNREADABLE', message, {
    field: 'metadata',
    remedy: 'Keep to short facts by which documents are found; the text belongs into the document',
  })
}
