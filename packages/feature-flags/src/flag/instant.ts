const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** What is later has no form of ISO 8601 in UTC that others read. */
const last = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * Milliseconds since the epoch of a date, at midnight UTC, or of a time with its zone, of ISO 8601, to the end of the year 9999
 * UTC; NaN for anything else.
 * Times without a zone are nothing: they would mean something else on each machine.
 */
export function instantOf(text: string): number {
  if (text.length > 40 || !form.test(text)) return Number.NaN
  // The engine takes a 30th of February for the 1st or 2nd of March.
  const day = new Date(Date.parse(text.slice(0, 10))).getUTCDate()
  const instant = Date.parse(text)
  return day === Number(text.slice(8, 10)) && instant <= last ? instant : Number.NaN
}
