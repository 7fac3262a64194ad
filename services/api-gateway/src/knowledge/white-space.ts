/** Whether a UTF-16 code unit is white space, as `\s` has it; without a regex, since it is asked of every character. */
export function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13)
  if (code < 0x2000) return code === 0xa0 || code === 0x1680
  return (
    code <= 0x200a ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  )
}

/** The offset of the first character that is not white space, from `start`; `end` when there is none. */
export function skipSpace(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isSpace(text.charCodeAt(at))) at += 1
  return at
}

/** The offset of the first white space from `start`; `end` when there is none. */
export function skipWord(text: string, start: number, end: number): number {
  let at = start
  while (at < end && !isSpace(text.charCodeAt(at))) at += 1
  return at
}
