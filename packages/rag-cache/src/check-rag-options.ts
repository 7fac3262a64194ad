import { durationMs } from '@voiceassist/kernel'
import type { RagCacheOptions } from './rag-cache.js'
import { RagError } from './rag-error.js'

const known = {
  cache: true,
  embed: true,
  matches: true,
  tenantKey: true,
  model: true,
  index: true,
  score: true,
  similar: true,
  ttl: true,
  precision: true,
  loadChunks: true,
} satisfies Record<keyof RagCacheOptions, true>

export const defaultTtl = { embedding: '24h', search: '1h', document: '2h' } as const
const maxTtlMs = 30 * 86_400_000
const maxDimensions = 16_000

/** @throws RagError RAG_OPTION_INVALID that names the option. */
export function checkRagOptions(options: RagCacheOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object')
  for (const name in options) if (!(name in known)) throw invalid(name, 'is not an option')
  const { cache, embed, tenantKey, model, index, matches, loadChunks, score, similar, precision } = options
  if (typeof cache?.getOrSet !== 'function') throw invalid('cache', 'must be a cache of @voiceassist/cache')
  for (const [name, given] of Object.entries({ embed, tenantKey }))
    if (typeof given !== 'function') throw invalid(name, 'must be a function')
  for (const [name, given] of Object.entries({ matches, loadChunks }))
    if (given !== undefined && typeof given !== 'function') throw invalid(name, 'must be a function')
  if (typeof model?.name !== 'string' || model.name === '') throw invalid('model.name', 'must be a text')
  if (!Number.isInteger(model.dimensions) || model.dimensions < 1 || model.dimensions > maxDimensions)
    throw invalid('model.dimensions', `must be a whole number from 1 to ${maxDimensions}`)
  if (typeof index?.version !== 'string' || index.version === '')
    throw invalid('index.version', 'must be a text')
  if (score !== undefined && typeof score?.of !== 'function')
    throw invalid('score', 'must have a function `of`')
  if (
    similar !== undefined &&
    (typeof similar?.features !== 'function' || typeof similar.choose !== 'function')
  )
    throw invalid('similar', 'must have functions `features` and `choose`')
  if (precision !== undefined && !['float32', 'float16', 'int8'].includes(precision))
    throw invalid('precision', "must be 'float32', 'float16' or 'int8'")
}

/** @throws RagError RAG_OPTION_INVALID. */
export function ttlSecondsOf(ttl: RagCacheOptions['ttl'], type: keyof typeof defaultTtl): number {
  const text = ttl?.[type] ?? defaultTtl[type]
  try {
    const ms = durationMs(text)
    if (ms > 0 && ms <= maxTtlMs) return ms / 1000
  } catch {
    // told below
  }
  throw invalid(`ttl.${type}`, "must be a duration such as '30m' or '24h', above 0 and at most 30 days")
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_OPTION_INVALID', `${field} ${what}`, { field })
}
