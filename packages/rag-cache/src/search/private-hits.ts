import type { SearchHit } from '../rag-cache.js'
import { RagError } from '../rag-error.js'

const maxDepth = 32

/**
 * A frozen copy, so that callers share it and none can change it for another.
 * @throws RagError RAG_HITS_INVALID for what is no list of hits, or no plain data.
 */
export function privateHits<Hit extends SearchHit>(hits: readonly Hit[]): readonly Hit[] {
  if (!Array.isArray(hits)) throw invalid('hits', 'must be a list')
  for (const [at, hit] of hits.entries()) {
    const field = `hits[${at}]`
    if (typeof hit !== 'object' || hit === null) throw invalid(field, 'must be an object')
    if (typeof hit.chunkId !== 'string' || hit.chunkId === '')
      throw invalid(`${field}.chunkId`, 'must be a text')
    if (typeof hit.documentId !== 'string') throw invalid(`${field}.documentId`, 'must be a text')
    if (!Number.isFinite(hit.score)) throw invalid(`${field}.score`, 'must be a number')
  }
  return frozenCopy(hits, 'hits', 0) as readonly Hit[]
}

/** Hits that came from the second tier; what stands there was checked when it was put there. */
export function frozenHits<Hit extends SearchHit>(hits: readonly Hit[]): readonly Hit[] {
  if (!Object.isFrozen(hits)) freeze(hits)
  return hits
}

function frozenCopy(value: unknown, field: string, depth: number): unknown {
  if (value === null || value === undefined) return value
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'object' && depth < maxDepth) {
    if (Array.isArray(value))
      return Object.freeze(Array.from(value, (each, at) => frozenCopy(each, `${field}[${at}]`, depth + 1)))
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const entries = Object.entries(value).map(([name, held]) => [
        name,
        frozenCopy(held, `${field}.${name}`, depth + 1),
      ])
      return Object.freeze(Object.fromEntries(entries))
    }
  }
  throw invalid(field, 'must be plain data: texts, numbers, booleans, null, lists and objects of these')
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const held of Object.values(value)) freeze(held)
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_HITS_INVALID', `${field} ${what}`, { field })
}
