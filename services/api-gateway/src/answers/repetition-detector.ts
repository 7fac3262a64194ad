const windowLength = 60
const mostTimes = 3
const counted = /[\p{L}\p{N}]/u

/**
 * Sees when a text goes round in circles: the same 60 letters and digits in a row, whatever is between them and whatever
 * their case, come a fourth time. Bounded by the text's length.
 */
export class RepetitionDetector {
  readonly #times = new Map<string, number>()
  #window = ''

  /** Whether the text so far, with this piece, repeats itself. */
  push(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) {
      const char = text[index]!
      if (!counted.test(char)) continue
      this.#window = (this.#window + char.toLowerCase()).slice(-windowLength)
      if (this.#window.length < windowLength) continue
      const times = (this.#times.get(this.#window) ?? 0) + 1
      if (times > mostTimes) return true
      this.#times.set(this.#window, times)
    }
    return false
  }
}
