import calculateSlot from 'cluster-key-slot'
import { expect, test } from 'vitest'
import { KeyLayout } from '#src/redis/key-layout'
import { slotOf } from '#src/redis/slot-map'

test.each([1, 2, 4, 8, 16, 32, 64])('the names of %i partitions lie in evenly spaced slots', partitions => {
  const layout = new KeyLayout('va{a}%', partitions)
  for (let partition = 0; partition < partitions; partition++) {
    const slot = (partition * 16_384) / partitions + 128
    expect(slotOf(partition, partitions)).toBe(slot)
    expect(calculateSlot(layout.value(partition, 'a{b}:c'))).toBe(slot)
    expect(calculateSlot(layout.metas[partition] as string)).toBe(slot)
  }
})

test('a name gives its key back', () => {
  const layout = new KeyLayout('va', 16)
  expect(layout.keyOf(layout.value(7, 'a:{v:} é'))).toBe('a:{v:} é')
})
