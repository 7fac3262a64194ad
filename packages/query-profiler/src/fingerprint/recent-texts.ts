/** UTF-16 units of a text that is kept. */
const maxUnits = 32_768
const notAscii = /\P{ASCII}/u

/**
 * Remembers what texts lead to, within bounds: two generations, of which the older is dropped when the younger is
 * full. A text of the younger costs one look-up and moves nothing.
 */
export class RecentTexts<Value> {
  readonly #maxTexts: number
  readonly #maxBytes: number
  #young = new Map<string, Value>()
  #youngBytes = 0
  #old = new Map<string, Value>()
  #oldBytes = 0

  /** @param maxBytes counted at two for each UTF-16 unit */
  constructor(maxTexts: number, maxBytes: number) {
    this.#maxTexts = maxTexts / 2
    this.#maxBytes = maxBytes / 2
  }

  get(text: string): Value | undefined {
    const value = this.#young.get(text)
    if (value !== undefined) return value
    const old = this.#old.get(text)
    if (old !== undefined) this.set(text, old)
    return old
  }

  set(text: string, value: Value): void {
    if (text.length > maxUnits) return
    if (this.#young.has(text)) {
      this.#young.set(text, value)
      return
    }
    const bytes = 2 * text.length
    if (this.#young.size + 1 > this.#maxTexts || this.#youngBytes + bytes > this.#maxBytes) {
      this.#old = this.#young
      this.#oldBytes = this.#youngBytes
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(ownCopy(text), value)
    this.#youngBytes += bytes
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes
  }
}

/** A text may be a part of a larger one, which V8 would keep with it; it finds one of as many bytes a unit sooner. */
function ownCopy(text: string): string {
  if (text.length < 13) return text
  const encoding = notAscii.test(text) ? 'utf16le' : 'latin1'
  return Buffer.from(text, encoding).toString(encoding)
}
