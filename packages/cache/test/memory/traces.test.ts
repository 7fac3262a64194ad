import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { entryOf, scopeOf, tierUnderTest } from './tier-under-test.js'

/** Accesses of two web shops, which are not part of the project. */
const folder = fileURLToPath(new URL('../../../../../shared/data/traces/', import.meta.url))

/** Percent of accesses that hit, to one decimal: of S3-FIFO as published, and of LRU. */
const published = [
  ['web07', 300, 46.0, 41.9],
  ['web07', 1200, 55.1, 51.6],
  ['web12', 300, 53.1, 49.0],
  ['web12', 1200, 70.6, 66.9],
] as const

describe.skipIf(!existsSync(folder))('hit ratios', () => {
  test.each(published)('%s at %i entries', (trace, capacity, s3Fifo, lru) => {
    const keys = execFileSync('xz', ['--decompress', '--stdout', `${folder}${trace}.trace.xz`])
    for (const limits of [{ maxEntries: capacity, maxBytes: Number.POSITIVE_INFINITY }, byBytes(capacity)]) {
      const percent = hitPercent(keys, limits)
      expect(percent).toBeGreaterThanOrEqual(s3Fifo)
      expect(percent).toBeGreaterThan(lru)
    }
  })
})

/** The same room, counted in bytes: what bounds the tier must not matter. */
function byBytes(capacity: number) {
  const { tier } = tierUnderTest()
  tier.put('0000000', entryOf(scopeOf()))
  return { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: capacity * tier.bytes }
}

function hitPercent(keys: Buffer, limits: { maxEntries: number; maxBytes: number }): number {
  const { tier } = tierUnderTest(limits)
  const scope = scopeOf()
  for (let at = 0; at < keys.length; at += 4) {
    const key = String(keys.readUInt32BE(at)).padStart(7, '0')
    if (tier.hit(key, 0) < 0) tier.put(key, entryOf(scope))
  }
  return (scope.namespace.hits * 400) / keys.length
}
