import { CacheError, type CacheErrorCode } from '../cache-error.js'

/** UTF-8 bytes of a key, a pattern, a tag or a namespace. */
export const maxKeyBytes = 1024
/** Tags of one value, and of one call of `invalidateTags`. */
export const maxTags = 128
const maxStars = 16

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a key may not hold
const controls = /[\u0000-\u001f\u007f]/

/** @throws CacheError CACHE_KEY_INVALID. */
export function checkKey(key: unknown): asserts key is string {
  check(key, 'key', 'CACHE_KEY_INVALID')
}

/** @throws CacheError CACHE_TAG_INVALID. */
export function checkTags(tags: unknown, field = 'tags'): asserts tags is readonly string[] {
  if (!Array.isArray(tags) || tags.length > maxTags)
    throw new CacheError('CACHE_TAG_INVALID', `${field} must be an array of at most ${maxTags} tags`, {
      field,
    })
  for (const [at, tag] of tags.entries()) check(tag, `${field}[${at}]`, 'CACHE_TAG_INVALID')
}

/** @throws CacheError CACHE_TAG_INVALID. */
export function checkNamespace(namespace: unknown): asserts namespace is string {
  check(namespace, 'namespace', 'CACHE_TAG_INVALID')
  if (namespace.includes(':'))
    throw new CacheError('CACHE_TAG_INVALID', 'A namespace holds no colon', { field: 'namespace' })
}

/** @throws CacheError CACHE_PATTERN_INVALID. */
export function checkPattern(pattern: unknown): asserts pattern is string {
  check(pattern, 'pattern', 'CACHE_PATTERN_INVALID')
  const bare = pattern.replace(/\\./gs, '')
  if (bare.includes('\\'))
    throw new CacheError('CACHE_PATTERN_INVALID', 'A pattern may not end in a single \\', {
      field: 'pattern',
    })
  if (bare.split('*').length - 1 > maxStars)
    throw new CacheError('CACHE_PATTERN_INVALID', `A pattern holds at most ${maxStars} stars`, {
      field: 'pattern',
    })
}

/** The part before the first colon; 'default' without one. */
export function namespaceOf(key: string): string {
  const colon = key.indexOf(':')
  return colon <= 0 ? 'default' : key.slice(0, colon)
}

/** What nearly all keys are, and cheaper to see than that two expressions do not match. */
function isPrintableAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit > 0x7e) return false
  }
  return true
}

function check(text: unknown, field: string, code: CacheErrorCode): asserts text is string {
  if (typeof text !== 'string' || text === '')
    throw new CacheError(code, `${field} must be a string that is not empty`, { field })
  if (text.length > maxKeyBytes || (text.length > maxKeyBytes / 3 && Buffer.byteLength(text) > maxKeyBytes))
    throw new CacheError(code, `${field} is over ${maxKeyBytes} bytes`, { field })
  if (isPrintableAscii(text)) return
  if (controls.test(text)) throw new CacheError(code, `${field} holds control characters`, { field })
  if (/\p{Surrogate}/u.test(text))
    throw new CacheError(code, `${field} holds half of a surrogate pair`, { field })
}
