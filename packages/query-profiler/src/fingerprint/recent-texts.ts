/** UTF-16 units of a text that is kept. */
const maxUnits = 32_768
/** Of the last texts by length. */
const lengths = 256
const notAscii = /\P{ASCII}/u

interface Known<Value> {
  readonly text: string
  value: Value
}

/**
 * Remembers what texts lead to, within bounds: two generations, of which the older is dropped when the younger is
 * full. A text of the younger costs one look-up and moves nothing; the last one of its length a comparison, which takes a
 * fraction of the hash of a long text.
 */
export class RecentTexts<Value> {
  readonly #maxTexts: number
  readonly #maxBytes: number
  readonly #last = new Array<Known<Value> | undefined>(lengths).fill(undefined)
  #young = new Map<string, Known<Value>>()
  #youngBytes = 0
  #old = new Map<string, Known<Value>>()
  #oldBytes = 0

  /** @param maxBytes counted at two for each UTF-16 unit */
  constructor(maxTexts: number, maxBytes: number) {
    this.#maxTexts = maxTexts / 2
    this.#maxBytes = maxBytes / 2
  }

  get(text: string): Value | undefined {
    const last = this.#last[text.length % lengths]
    if (last?.text === text) return last.value
    const known = this.#young.get(text)
    if (known !== undefined) {
      this.#last[text.length % lengths] = known
      return known.value
    }
    const old = this.#old.get(text)
    if (old !== undefined) this.set(text, old.value)
    return old?.value
  }

  set(text: string, value: Value): void {
    if (text.length > maxUnits) return
    let known = this.#young.get(text)
    if (known) known.value = value
    else {
      const bytes = 2 * text.length
      if (this.#young.size + 1 > this.#maxTexts || this.#youngBytes + bytes > this.#maxBytes) {
        this.#old = this.#young
        this.#oldBytes = this.#youngBytes
        this.#young = new Map()
        this.#youngBytes = 0
        this.#last.fill(undefined)
      }
      known = { text: ownCopy(text), value }
      this.#young.set(known.text, known)
      this.#youngBytes += bytes
    }
    this.#last[text.length % lengths] = known
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
