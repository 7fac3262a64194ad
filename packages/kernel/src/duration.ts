const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * Milliseconds of a duration written as a number and a unit: '250ms', '30s', '5m', '2h', '7d'.
 * @throws RangeError when the text is not of that form or the result is not finite.
 */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  const ms = match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : Number.NaN
  if (!Number.isFinite(ms)) throw new RangeError(`'${text}' is not a duration such as '30s', '5m' or '2h'`)
  return ms
}
