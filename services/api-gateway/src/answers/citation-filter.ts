import type { Citation } from '../db/schema.js'
import { addressesIn, endsAddress } from './addresses.js'
import { type Given, mayBegin, type Token, tokenAt } from './citation-token.js'

const fence = '```'

/**
 * Keeps of a model's text only citations of what was given. It takes the text in pieces, however cut, and gives back what
 * is decided; at most some 1,300 characters wait for what follows them. Citations that stay become [1], [2] … in the order
 * of their first use. Code keeps what it has: within back-ticks of a line, and within a fence.
 */
export class CitationFilter {
  readonly #passages: readonly Citation[]
  readonly #given: Given
  /** The passages cited so far, by number, in the order of their first use. */
  readonly #used: number[] = []
  #removed = 0
  #waiting = ''
  #inFence = false
  #inEndlessAddress = false

  constructor(passages: readonly Citation[]) {
    this.#passages = passages
    const texts = passages.flatMap(({ title, heading, text }) => [title, heading, text])
    this.#given = { passages: passages.length, addresses: addressesIn(texts) }
  }

  /** What is cited so far: the first is [1]. */
  get citations(): readonly Citation[] {
    return this.#used.map(number => this.#passages[number - 1]!)
  }

  /** Citations that were taken out so far. */
  get removed(): number {
    return this.#removed
  }

  /** Whether a fence is open, behind which everything counts as code. */
  get isWithinCode(): boolean {
    return this.#inFence
  }

  /** What of the text so far is decided by this piece. */
  push(piece: string): string {
    let decided = ''
    for (let index = 0; index < piece.length; index += 1) {
      this.#waiting += piece[index]
      decided += this.#decide(false)
    }
    return decided
  }

  /** The rest, when no more text comes. */
  end(): string {
    return this.#decide(true)
  }

  #decide(isWhole: boolean): string {
    let decided = ''
    while (this.#waiting !== '') {
      const token = this.#next(isWhole)
      if (!token) break
      this.#waiting = (token.again ?? '') + this.#waiting.slice(token.length)
      this.#inEndlessAddress = token.endless === true
      this.#removed += token.removed ?? 0
      decided += token.text + [...new Set(token.cited)].map(number => this.#mark(number)).join('')
    }
    return decided
  }

  #mark(number: number): string {
    if (!this.#used.includes(number)) this.#used.push(number)
    return `[${this.#used.indexOf(number) + 1}]`
  }

  #next(isWhole: boolean): Token | undefined {
    const text = this.#waiting
    const first = text[0]!
    if (this.#inEndlessAddress && !endsAddress.test(first)) return { length: 1, text: '', endless: true }
    if (first === '`' && (this.#inFence || text.startsWith(fence))) return this.#fenceAt(text, isWhole)
    if (this.#inFence || !mayBegin.test(first)) return { length: 1, text: first }
    return tokenAt(text, isWhole, this.#given)
  }

  #fenceAt(text: string, isWhole: boolean): Token | undefined {
    const run = /^`+/.exec(text)![0]
    if (run === text && !isWhole) return undefined
    if (run.startsWith(fence)) this.#inFence = !this.#inFence
    return { length: run.length, text: run }
  }
}
