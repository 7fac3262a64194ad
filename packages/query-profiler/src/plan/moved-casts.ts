/** `type $n` in a text, by offsets in bytes of UTF-8. */
export interface CastBefore {
  readonly start: number
  readonly parameterAt: number
  /** `interval(3) $1`, or `interval $1 day`: its end is not known. */
  readonly hasModifier: boolean
}

/** The text with each `type $n` written as `$n::type`, which a server takes; undefined: it cannot be. */
export function movedCasts(text: string, casts: readonly CastBefore[]): string | undefined {
  if (casts.some(cast => cast.hasModifier)) return undefined
  // Each byte is a character, so that the offsets hold.
  let bytes = Buffer.from(text).toString('latin1')
  for (const { start, parameterAt } of casts.toSorted((a, b) => b.start - a.start)) {
    const parameter = /^\$\d+/.exec(bytes.slice(parameterAt))?.[0]
    if (!parameter) return undefined
    const type = bytes.slice(start, parameterAt).trim()
    bytes = `${bytes.slice(0, start)}${parameter}::${type}${bytes.slice(parameterAt + parameter.length)}`
  }
  return Buffer.from(bytes, 'latin1').toString()
}
