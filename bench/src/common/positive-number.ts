/** @throws Error that names the option. */
export function positiveNumber(option: string, text: string): number {
  const number = Number(text)
  if (!(number > 0 && Number.isFinite(number))) throw new Error(`--${option} must be a number above 0`)
  return number
}
