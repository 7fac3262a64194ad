import { RagError } from '../rag-error.js'

const maxDepth = 16

/**
 * JSON with the properties of each object in one order and without those that are undefined: the same text for the
 * same filters, another one for others.
 * @throws RagError RAG_REQUEST_INVALID for what JSON does not hold.
 */
export function canonicalJson(value: unknown, field = 'filters', depth = 0): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'object' && depth < maxDepth) {
    if (Array.isArray(value))
      return `[${Array.from(value, each => canonicalJson(each, field, depth + 1)).join()}]`
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const properties = Object.entries(value)
        .filter(([, held]) => held !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
      return `{${properties.map(([name, held]) => `${JSON.stringify(name)}:${canonicalJson(held, field, depth + 1)}`).join()}}`
    }
  }
  throw new RagError('RAG_REQUEST_INVALID', `${field} must be JSON, at most ${maxDepth} levels deep`, {
    field,
  })
}
