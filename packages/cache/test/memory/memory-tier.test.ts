import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Epoch, NamespaceCell, SeqCell } from '#src/memory/entry-scope'
import { entryOf, scopeOf, tierUnderTest } from './tier-under-test.js'

describe('a hit', () => {
  test('serves until the deadline, counts, and says the value', () => {
    const { tier } = tierUnderTest()
    const scope = scopeOf()
    tier.put('a', entryOf(scope, { value: null }))
    expect(tier.valueAt(tier.hit('a', 999.9))).toBe(null)
    expect(tier.hit('a', 1000)).toBe(-1)
    expect(tier.hit('b', 0)).toBe(-1)
    expect(scope.namespace).toEqual({ seq: 0, hits: 1, entries: 1 })
    tier.setDeadline(tier.find('a'), 2000)
    expect(tier.hit('a', 1000)).toBe(tier.find('a'))
  })

  test.each([
    ['trust ran out', (epoch: Epoch) => (epoch.trustedUntilMs = 500), false],
    ['the epoch is over', (epoch: Epoch) => (epoch.trustedUntilMs = Number.NEGATIVE_INFINITY), true],
    ['a pattern is walked', (epoch: Epoch) => (epoch.patternSeq = 6), false],
    ['the namespace was invalidated', (_: Epoch, cell: NamespaceCell) => (cell.seq = 6), true],
    ['a tag was invalidated', (_: Epoch, __: NamespaceCell, tag: SeqCell) => (tag.seq = 6), true],
  ])('is refused when %s', (_, change, isVoid) => {
    const { tier } = tierUnderTest()
    const tag = { seq: 5 }
    const scope = scopeOf({ tags: [{ seq: 0 }, tag] })
    scope.namespace.seq = 5
    scope.epoch.patternSeq = 5
    tier.put('a', entryOf(scope))
    expect(tier.hit('a', 500)).toBe(tier.find('a'))
    change(scope.epoch, scope.namespace, tag)
    expect(tier.hit('a', 500)).toBe(-1)
    expect(scope.namespace.hits).toBe(1)
    expect(tier.isVoid(tier.find('a'))).toBe(isVoid)
  })

  test('gives each reader a copy of what cannot be frozen', () => {
    const { tier } = tierUnderTest()
    const held = { days: new Set([1]), at: [new Date(0)] }
    tier.put('a', entryOf(scopeOf(), { value: held, copyOnRead: true }))
    const read = tier.valueAt(tier.hit('a', 0)) as typeof held
    expect(read).toEqual(held)
    read.days.clear()
    read.at[0]?.setTime(9)
    expect(tier.valueAt(tier.find('a'))).toEqual({ days: new Set([1]), at: [new Date(0)] })
  })
})

describe('limits', () => {
  test('a value that alone is over maxBytes takes the old one along', () => {
    const { tier, released, evicted } = tierUnderTest({ maxBytes: 1000 })
    const scope = scopeOf({ tags: [{ seq: 0 }] })
    expect(tier.put('a', entryOf(scope))).toBe(true)
    expect(tier.put('a', entryOf(scopeOf({ tags: [] }), { bytes: 1000 }))).toBe(false)
    expect(tier.find('a')).toBe(-1)
    expect([tier.entries, tier.bytes, scope.namespace.entries]).toEqual([0, 0, 0])
    expect(released).toEqual([scope])
    expect(evicted.capacity).toBe(0)
  })

  test('a replacement that grows makes others leave, never itself', () => {
    const { tier } = tierUnderTest({ maxBytes: 1000 })
    const scope = scopeOf()
    for (const key of ['a', 'b', 'c', 'd']) tier.put(key, entryOf(scope))
    expect(tier.put('a', entryOf(scope, { bytes: 800 }))).toBe(true)
    expect(tier.valueAt(tier.find('a'))).toBe('v')
    expect(tier.entries).toBe(1)
    expect(tier.evictions).toBe(3)
  })

  test('void entries leave first, and are not counted as evictions for want of room', () => {
    const { tier, evicted } = tierUnderTest({ maxEntries: 3 })
    const old = scopeOf()
    tier.put('old', entryOf(old))
    for (let times = 0; times < 3; times++) tier.hit('old', 0)
    for (const key of ['b', 'c']) tier.put(key, entryOf(scopeOf()))
    old.epoch.trustedUntilMs = Number.NEGATIVE_INFINITY
    tier.put('d', entryOf(scopeOf()))
    expect(tier.find('old')).toBe(-1)
    expect(evicted).toEqual({ capacity: 0, expired: 0, void: 1 })
    expect(tier.evictions).toBe(0)
  })

  test('one pass over many keys does not drive out what is asked for', () => {
    const { tier } = tierUnderTest({ maxEntries: 100 })
    const scope = scopeOf()
    const hot = Array.from({ length: 50 }, (_, index) => `hot:${index}`)
    for (const key of hot) tier.put(key, entryOf(scope))
    for (const key of [...hot, ...hot]) tier.hit(key, 0)
    for (let index = 0; index < 10_000; index++) tier.put(`once:${index}`, entryOf(scope))
    expect(hot.filter(key => tier.find(key) < 0)).toEqual([])
    expect(tier.entries).toBe(100)
  })
})

test('batches whose objects are used three times, wider than a tenth of the room, hit', () => {
  const { tier } = tierUnderTest({ maxEntries: 300 })
  const scope = scopeOf()
  for (let batch = 0; batch < 500; batch++)
    for (let time = 0; time < 3; time++)
      for (let row = 0; row < 80; row++) {
        const key = `row:${batch}:${row}`
        if (tier.hit(key, 0) < 0) tier.put(key, entryOf(scope))
      }
  // LRU has two hits of three.
  expect(scope.namespace.hits / (500 * 3 * 80)).toBeGreaterThan(0.64)
})

test('deleteBelow leaves what was read later', () => {
  const { tier } = tierUnderTest()
  tier.put('a', entryOf(scopeOf(), { seq: 7 }))
  expect(tier.deleteBelow('a', 7)).toBe(false)
  expect(tier.deleteBelow('a', 8)).toBe(true)
  expect(tier.deleteBelow('a', 8)).toBe(false)
})

test('clear leaves nothing, and the tier goes on', () => {
  const { tier, released } = tierUnderTest()
  const scope = scopeOf({ tags: [] })
  for (const key of ['a', 'b', 'c']) tier.put(key, entryOf(scope))
  tier.delete('b')
  tier.clear()
  expect([tier.entries, tier.bytes, scope.namespace.entries, released.length]).toEqual([0, 0, 0, 3])
  expect(tier.hit('a', 0)).toBe(-1)
  tier.put('a', entryOf(scope))
  expect(tier.keyAt(tier.hit('a', 0))).toBe('a')
})

describe('sweep', () => {
  test('several at once, with changes between their slices, drop what they name and nothing else', async () => {
    const { tier, evicted } = tierUnderTest({ maxEntries: 200_000, maxBytes: 1e9 })
    const scope = scopeOf()
    const count = 100_000
    for (let index = 0; index < count; index++) tier.put(`k:${index}`, entryOf(scope, { seq: index % 3 }))
    let nowMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs++) // a slice ends at a time, and no machine is that slow
    onTestFinished(() => void vi.restoreAllMocks())
    const sweeps = [0, 1].map(seq => tier.sweep(slot => tier.seqAt(slot) === seq, 'void'))
    await new Promise(setImmediate)
    const left = tier.entries
    expect(left).toBeGreaterThan(count / 3) // they are under way
    for (let index = 0; index < 1000; index++) {
      tier.delete(`k:${index * 3 + 2}`)
      tier.put(`k:${index}`, entryOf(scope, { seq: 9 }))
      tier.put(`new:${index}`, entryOf(scope, { seq: 9 }))
    }
    const dropped = await Promise.all(sweeps)
    expect(evicted.void).toBe((dropped[0] as number) + (dropped[1] as number))
    expect(tier.entries).toBe(scope.namespace.entries)
    const isRight = (index: number) => {
      const slot = tier.find(`k:${index}`)
      if (index < 1000) return slot >= 0 && tier.seqAt(slot) === 9
      return slot >= 0 === (index % 3 === 2 && index >= 3000)
    }
    expect(Array.from({ length: count }, (_, index) => index).filter(index => !isRight(index))).toEqual([])
    for (let index = 0; index < 1000; index++) expect(tier.find(`new:${index}`)).not.toBe(-1)
  })

  test('ends when the tier is cleared meanwhile', async () => {
    const { tier } = tierUnderTest({ maxEntries: 200_000, maxBytes: 1e9 })
    for (let index = 0; index < 100_000; index++) tier.put(`k:${index}`, entryOf(scopeOf()))
    const sweep = tier.sweep(slot => tier.keyAt(slot) === '', 'expired')
    tier.clear()
    expect(await sweep).toBe(0)
  })
})
