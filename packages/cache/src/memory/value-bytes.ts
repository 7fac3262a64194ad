/** What V8 takes on a 64-bit machine, roughly: names of properties are shared and not counted. */
export const byteSizes = {
  slot: 8,
  object: 40,
  property: 12,
  array: 48,
  map: 64,
  /** Of a map or a set. */
  entry: 40,
  date: 96,
  /** Its object, and the memory's own. */
  buffer: 192,
} as const

/** Of a primitive, without the place that it stands in. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 24 + (value.length > 64 ? Buffer.byteLength(value) : value.length)
  if (typeof value === 'number') return Number.isInteger(value) ? 0 : 16
  return typeof value === 'bigint' ? 24 + value.toString(16).length / 2 : 0
}
