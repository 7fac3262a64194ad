/**
 * Whether the whole of `text` matches: `*` any characters, `?` one, `\` the next as it is. Greedy with one way back
 * (Kirk Krauss, "Matching Wildcards", 2008): at most pattern × text steps. The Redis scripts carry the same in Lua.
 */
export function matchGlob(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let starP = -1
  let starT = 0
  while (t < text.length) {
    const unit = pattern.charCodeAt(p) // NaN past the end
    if (unit === star) {
      starP = ++p
      starT = t
    } else if (unit === question) {
      p++
      t += characterLength(text, t)
    } else {
      const escaped = unit === backslash ? 1 : 0
      if (pattern.charCodeAt(p + escaped) === text.charCodeAt(t)) {
        p += 1 + escaped
        t++
      } else if (starP >= 0) {
        p = starP
        t = ++starT
      } else return false
    }
  }
  while (pattern.charCodeAt(p) === star) p++
  return p === pattern.length
}

const star = 42
const question = 63
const backslash = 92

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) as number) > 0xffff ? 2 : 1
}

/** The characters before the first wildcard, as they are. */
export function literalPrefix(pattern: string): string {
  const literal = /^(?:[^*?\\]|\\.)*/s.exec(pattern)?.[0] ?? ''
  return literal.replace(/\\(.)/gs, '$1')
}
