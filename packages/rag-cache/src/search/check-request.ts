import type { Filters, SearchRequest } from '../rag-cache.js'
import { RagError } from '../rag-error.js'

const maxQueryLength = 8192
const maxTenantLength = 256
const maxTopK = 50

/** @throws RagError RAG_REQUEST_INVALID. */
export function checkRequest(request: SearchRequest<Filters>): void {
  const { query, topK, scoreThreshold, filters, tenant, reuse } = request
  checkQuery(query)
  if (!Number.isInteger(topK) || topK < 1 || topK > maxTopK)
    throw invalid('topK', `must be a whole number from 1 to ${maxTopK}`)
  if (typeof scoreThreshold !== 'number' || !(scoreThreshold >= 0 && scoreThreshold <= 1))
    throw invalid('scoreThreshold', 'must be a number from 0 to 1')
  if (filters !== undefined && (typeof filters !== 'object' || filters === null || Array.isArray(filters)))
    throw invalid('filters', 'must be an object')
  if (reuse !== undefined && typeof reuse !== 'boolean') throw invalid('reuse', 'must be true or false')
  checkTenant(tenant ?? '')
}

/** @throws RagError RAG_REQUEST_INVALID, without the text. */
export function checkQuery(query: unknown): asserts query is string {
  if (typeof query !== 'string' || query.length > maxQueryLength || query.trim() === '')
    throw invalid('query', `must be a text of 1 to ${maxQueryLength} characters`)
}

/** @throws RagError RAG_REQUEST_INVALID. */
export function checkTenant(tenant: unknown): asserts tenant is string {
  if (typeof tenant !== 'string' || tenant.length > maxTenantLength)
    throw invalid('tenant', `must be a text of at most ${maxTenantLength} characters`)
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_REQUEST_INVALID', `${field} ${what}`, { field })
}
