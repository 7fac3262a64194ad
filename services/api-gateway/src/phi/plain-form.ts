/** Text in one spelling, and where each of its code units was. */
export interface PlainForm {
  readonly text: string
  /** Offset in the original of the code unit at a place in `text`; the last entry is the original's length. */
  readonly offsets: Uint32Array
}

const plainCharacter = /^[\n\x20-\x7e]$/
const invisible = /^[\p{Cf}\p{Mn}]$/u

const digit = /^\p{Nd}$/u

/**
 * Writes text so that patterns need to know one spelling only: every decimal digit as 0-9, every dash as '-', every
 * full-width form as its usual one, every run of white space as one space (one line feed where it holds one); characters
 * that do not show are left out.
 */
export function plainForm(original: string): PlainForm {
  const offsets = new Uint32Array(original.length + 1)
  const units: string[] = []
  let offset = 0
  for (const character of original) {
    const plain = plainCharacter.test(character) ? character : respelt(character)
    const last = units.at(-1)
    if (isSpace(plain) && isSpace(last)) {
      if (plain === '\n') units[units.length - 1] = plain
    } else {
      for (const unit of plain.split('')) {
        offsets[units.length] = offset
        units.push(unit)
      }
    }
    offset += character.length
  }
  offsets[units.length] = original.length
  return { text: units.join(''), offsets: offsets.subarray(0, units.length + 1) }
}

function isSpace(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\n'
}

function respelt(character: string): string {
  if (/^[\r\u0085\u2028\u2029]$/.test(character)) return '\n'
  if (/^\s$/.test(character)) return ' '
  if (/^[\p{Pd}\u2212\u00ad]$/u.test(character)) return character === '\u00ad' ? '' : '-'
  if (invisible.test(character)) return ''
  if (digit.test(character)) return String(digitValue(character.codePointAt(0)!))
  if (/^[\u2018\u2019\u02bc]$/.test(character)) return "'"
  const compatible = character.normalize('NFKC')
  return compatible.length <= character.length && plainCharacter.test(compatible) ? compatible : character
}

/** Unicode promises that the ten digits of a script are consecutive: the value is the distance from its zero. */
function digitValue(code: number): number {
  let zero = code
  // Mathematical digits are five sets in a row, beginning at U+1D7CE.
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10
  while (code - zero < 9 && digit.test(String.fromCodePoint(zero - 1))) zero -= 1
  return code - zero
}
