const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? whole.format(value) : number.format(value)
}

/** @param ms milliseconds, from microseconds to days */
export function formatMs(ms: number): string {
  const size = Math.abs(ms)
  if (size === 0) return '0 ms'
  if (size < 1) return `${formatNumber(ms * 1000)} µs`
  if (size < 1000) return `${formatNumber(ms)} ms`
  if (size < 60_000) return `${formatNumber(ms / 1000)} s`
  if (size < 3_600_000) return `${formatNumber(ms / 60_000)} min`
  return size < 86_400_000 ? `${formatNumber(ms / 3_600_000)} h` : `${formatNumber(ms / 86_400_000)} d`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${formatNumber(bytes / 1024 ** power)} ${units[power]}`
}

/** @param ratio 0 to 1 */
export function formatRatio(ratio: number | null): string {
  return ratio === null ? '–' : `${number.format(ratio * 100)} %`
}

export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}
