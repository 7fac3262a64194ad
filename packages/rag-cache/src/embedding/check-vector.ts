import { RagError } from '../rag-error.js'

/** @throws RagError RAG_EMBEDDING_INVALID. */
export function checkVector(
  vector: unknown,
  dimensions: number,
  field: string,
): asserts vector is Float32Array {
  if (!(vector instanceof Float32Array) || vector.length !== dimensions)
    throw invalid(field, `must be a Float32Array of ${dimensions} numbers`)
  for (const each of vector)
    if (!Number.isFinite(each)) throw invalid(field, 'holds what is no finite number')
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_EMBEDDING_INVALID', `${field} ${what}`, { field })
}
