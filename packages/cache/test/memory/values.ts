import fc from 'fast-check'

/** Any text: also with halves of surrogate pairs. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.nat(0xffff)).map(units => String.fromCharCode(...units)),
)

const key = fc.oneof(
  { weight: 5, arbitrary: text },
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', 'length', 'then', '0', ''),
)

const bytes = fc.uint8Array({ maxLength: 40 })

const primitive = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    true,
    false,
    0,
    1,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -(2 ** 31) - 1,
  ),
  text,
  fc.double().map(value => (value === 0 ? 0 : value)), // -0 becomes 0
  fc.integer(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
)

const leaf = fc.oneof(
  { weight: 5, arbitrary: primitive },
  fc.date({ noInvalidDate: true }),
  bytes,
  bytes.map(held => Buffer.from(held)),
  bytes.map(held => held.slice().buffer),
  fc.oneof(
    fc.int8Array(),
    fc.uint8ClampedArray(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.bigUint64Array(),
  ),
)

/** Own properties, whatever they are called. */
function objectOf(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object = {}
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  return object
}

/** Anything that the cache carries. */
export const cacheValue = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(objectOf),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map(entries => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map(items => new Set(items)),
  ),
})).value
