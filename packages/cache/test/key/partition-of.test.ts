import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partitionOf } from '#src/key/partition-of'

/** Part of the layout of the second tier: these may never change. */
test.each([
  ['user:1', 16, 15],
  ['rag_search:é', 16, 13],
  ['', 16, 12],
  ['session:00000000-0000-4000-8000-000000000000', 64, 31],
])('the partition of %j of %i is %i', (key, partitions, partition) => {
  expect(partitionOf(key, partitions)).toBe(partition)
})

test('is one of the partitions', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 256 }), (key, partitions) => {
      const partition = partitionOf(key, partitions)
      expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true)
    }),
  )
})

const shapes: [string, (index: number) => string][] = [
  ['numbers', index => `user:${index}`],
  ['padded numbers', index => `user:${String(index).padStart(12, '0')}`],
  ['even numbers', index => `u:${index * 2}:profile`],
  ['hex ids', index => `session:${Math.imul(index, 2654435761) >>> 0}-4000-8000`],
  ['one character', index => String.fromCharCode(0x100 + index)],
]

test.each(shapes)('spreads keys of %s evenly', (_, keyOf) => {
  const count = 16_000
  for (const partitions of [16, 64]) {
    const counts = new Array<number>(partitions).fill(0)
    for (let index = 0; index < count; index++) counts[partitionOf(keyOf(index), partitions)]!++
    const mean = count / partitions
    // Six standard deviations of a random spread.
    for (const held of counts) expect(Math.abs(held - mean)).toBeLessThan(6 * Math.sqrt(mean))
  }
})
