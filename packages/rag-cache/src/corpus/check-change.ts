import { checkVector } from '../embedding/check-vector.js'
import { canonicalJson } from '../key/canonical-json.js'
import { RagError } from '../rag-error.js'
import type { CorpusChange } from './corpus-change.js'

const maxIdLength = 256

/** @throws RagError RAG_REQUEST_INVALID, RAG_EMBEDDING_INVALID. */
export function checkChange(change: CorpusChange, dimensions: number): void {
  if (typeof change !== 'object' || change === null) throw invalid('change', 'must be an object')
  checkId(change.id, 'id')
  const { removed } = change
  if (removed !== 'others' && !Array.isArray(removed))
    throw invalid('removed', "must be a list of chunk ids, or 'others'")
  if (!Array.isArray(change.inserted)) throw invalid('inserted', 'must be a list of chunks')
  if (removed !== 'others') for (const [at, chunkId] of removed.entries()) checkId(chunkId, `removed[${at}]`)
  for (const [at, chunk] of change.inserted.entries()) {
    const field = `inserted[${at}]`
    if (typeof chunk !== 'object' || chunk === null) throw invalid(field, 'must be a chunk')
    checkId(chunk.chunkId, `${field}.chunkId`)
    checkVector(chunk.embedding, dimensions, `${field}.embedding`)
    if (typeof chunk.text !== 'string') throw invalid(`${field}.text`, 'must be a string')
    if (typeof chunk.metadata !== 'object' || chunk.metadata === null || Array.isArray(chunk.metadata))
      throw invalid(`${field}.metadata`, 'must be an object')
    canonicalJson(chunk.metadata, `${field}.metadata`)
  }
}

/** @throws RagError RAG_REQUEST_INVALID. */
export function checkId(id: unknown, field: string): asserts id is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (typeof id !== 'string' || id === '' || id.length > maxIdLength || /[\u0000-\u001f\u007f]/.test(id))
    throw invalid(field, `must be a text of 1 to ${maxIdLength} characters, none of them a control character`)
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_REQUEST_INVALID', `${field} ${what}`, { field })
}
