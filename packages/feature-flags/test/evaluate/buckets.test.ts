import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf, rolloutBuckets, rolloutSeed, splitSeed } from '#src/evaluate/buckets'
import { murmur3 } from '#src/evaluate/murmur3'

const page = readFileSync(new URL('../../../../docs/flag-hashing.md', import.meta.url), 'utf8')
const row = /^\| `(.+)` \| `(.+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm
const table = [...page.matchAll(row)].map(([, salt = '', key = '', ...numbers]) => ({
  ...{ salt, key },
  numbers: numbers.map(Number),
}))

test('the page of the hash says what is computed', () => {
  expect(table.length).toBe(9)
  for (const { salt, key, numbers } of table) {
    const [rollout, split] = [rolloutSeed(salt), splitSeed(salt)]
    expect([
      ...[rollout >>> 0, murmur3(key, rollout) >>> 0, bucketOf(key, rollout, rolloutBuckets)],
      ...[split >>> 0, bucketOf(key, split, 100), bucketOf(key, split, 100_000_000)],
    ]).toEqual(numbers)
  }
})

test('scaling is exact for every sum of weights', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.nat(0xffffffff),
      fc.integer({ min: 1, max: 100_000_000 }),
      (key, seed, buckets) =>
        assert.equal(
          bucketOf(key, seed, buckets),
          Number((BigInt(murmur3(key, seed) >>> 0) * BigInt(buckets)) >> 32n),
        ),
    ),
    { numRuns: 1000 },
  )
})

describe.each(['new-ranker', 'llm_answers', 'ä', '7'])('of 100,000 subjects with salt %s', salt => {
  const keys = Array.from({ length: 100_000 }, (_, at) => (at % 2 === 0 ? `user-${at}` : `${at}`))

  test('buckets are even', () => {
    for (const seed of [rolloutSeed(salt), splitSeed(salt)]) {
      const counts = new Array<number>(100).fill(0)
      for (const key of keys) counts[Math.floor(bucketOf(key, seed, rolloutBuckets) / 100)]! += 1
      // 99 degrees of freedom: more than this is of chance in one of 10,000 cases, and this case never changes.
      expect(chiSquare(counts, new Array(100).fill(1000))).toBeLessThan(161)
    }
  })

  test('rollout and split are independent', () => {
    const counts = new Array<number>(100).fill(0)
    for (const key of keys) {
      const rollout = bucketOf(key, rolloutSeed(salt), 10)
      counts[rollout * 10 + bucketOf(key, splitSeed(salt), 10)]! += 1
    }
    const rows = Array.from({ length: 10 }, (_, at) => sum(counts.slice(at * 10, at * 10 + 10)))
    const columns = Array.from({ length: 10 }, (_, at) => sum(counts.filter((_, cell) => cell % 10 === at)))
    const expected = counts.map(
      (_, cell) => (rows[Math.floor(cell / 10)]! * columns[cell % 10]!) / keys.length,
    )
    // 81 degrees of freedom.
    expect(chiSquare(counts, expected)).toBeLessThan(138)
  })

  test('two salts put subjects in independently', () => {
    const counts = new Array<number>(4).fill(0)
    for (const key of keys)
      counts[bucketOf(key, rolloutSeed(salt), 2) * 2 + bucketOf(key, rolloutSeed(`${salt}2`), 2)]! += 1
    expect(chiSquare(counts, new Array(4).fill(keys.length / 4))).toBeLessThan(21)
  })
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return sum(counts.map((count, at) => (count - expected[at]!) ** 2 / expected[at]!))
}
