/** The number at the end of a command tag, such as 'INSERT 0 3'; 0 where there is none. */
export function rowsOfTag(commandTag: string | undefined): number {
  if (commandTag === undefined) return 0
  let rows = 0
  let unit = 1
  for (let at = commandTag.length - 1; at >= 0; at--) {
    const digit = commandTag.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    rows += digit * unit
    unit *= 10
  }
  return rows
}
