/** A text of SQL without its values, comments and spacing: what texts of one statement have in common. */
export interface Form {
  /** Words in lower case, one space where one is needed, `placeholder` for each value. */
  readonly text: string
  /** The numbers of its placeholders; absent: 1, 2, 3 and so on, since no parameter is there twice. */
  readonly numbers: readonly number[] | undefined
  /** The longest list of values: of one, of several, or an array; 0: none. */
  readonly list: 0 | 1 | 2 | 'array'
  /** There is a `VALUES` of several rows. */
  readonly hasRows: boolean
  /** Quotes do not add up: words of it may be parts of a value. */
  readonly isOdd: boolean
  /** Too long, or nested too deep, to be parsed. */
  readonly isLong: boolean
}

/** The unit that stands for a value; PostgreSQL takes no text with it. */
export const placeholder = 0

/** With `$1`, `$2` and so on; what PostgreSQL's parser is given. */
export function writeForm({ text, numbers }: Form): string {
  let written = ''
  let from = 0
  let count = 0
  for (let at = text.indexOf('\0'); at >= 0; at = text.indexOf('\0', from)) {
    written += `${text.slice(from, at)}$${numbers ? numbers[count] : count + 1}`
    count++
    from = at + 1
  }
  return written + text.slice(from)
}
