/**
 * A generation's name as values are compared with it: in four steps of four bytes. One by one its characters took a
 * tenth of a read of many, and a string made of each value's bytes takes more.
 */
export class KnownGen {
  readonly text: string
  readonly #words: readonly number[]

  constructor(text: string) {
    this.text = text
    const bytes = Buffer.from(text, 'latin1')
    this.#words = bytes.length === 16 ? [0, 4, 8, 12].map(at => wordAt(bytes, at)) : []
  }

  /** Never true of a name that is not of 16 bytes. */
  standsAt(bytes: Buffer, at: number): boolean {
    const words = this.#words
    return (
      wordAt(bytes, at) === words[0] &&
      wordAt(bytes, at + 4) === words[1] &&
      wordAt(bytes, at + 8) === words[2] &&
      wordAt(bytes, at + 12) === words[3]
    )
  }
}

/** Of bytes that are not there: 0, as no character of a name is. */
function wordAt(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}
