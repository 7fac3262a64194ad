import type { Prng } from './prng.js'
import { allKeys } from './world.js'

const faultKinds = ['pause', 'partition', 'cut', 'bus', 'restart', 'crash', 'clock', 'evict'] as const
const writeKinds = ['delete', 'deleteMany', 'set', 'setAlone', 'mset', 'pattern', 'tags', 'clear'] as const
const readKinds = [
  'getOrSet',
  'getOrSet',
  'get',
  'mget',
  'getOrSetMany',
  'refresh',
  'stale',
  'soft',
  'alone',
] as const

export type FaultKind = (typeof faultKinds)[number]
export type WriteKind = (typeof writeKinds)[number]
export type ReadKind = (typeof readKinds)[number]

/** What one run is made of. Few kinds at a time, and often, meet in more ways than all of them at once. */
export interface Profile {
  readonly keys: readonly string[]
  readonly reads: readonly ReadKind[]
  readonly writes: readonly WriteKind[]
  readonly faults: readonly FaultKind[]
  readonly acknowledged: number
  /** Shares of messages. */
  readonly lost: number
  readonly reordered: number
  readonly doubled: number
  /** Share of answers that are lost after their step ran. */
  readonly lostAnswers: number
  /** Share of the stretches of time in which whatever is under way arrives. */
  readonly prompt: number
  readonly ticksMs: readonly number[]
  /** Shares of steps. */
  readonly faultShare: number
  readonly writeShare: number
}

export function profileOf(random: Prng): Profile {
  return {
    keys: some(random, allKeys),
    reads: some(random, readKinds),
    writes: some(random, writeKinds),
    faults: some(random, faultKinds),
    acknowledged: random.pick([0, 0.3, 1]),
    lost: random.pick([0, 0.05, 0.3]),
    reordered: random.pick([0, 0.1, 0.5]),
    doubled: random.pick([0, 0.05, 0.3]),
    lostAnswers: random.pick([0, 0.02, 0.2]),
    prompt: random.pick([0.6, 0.9, 1]),
    ticksMs: random.pick([
      [1, 5, 20],
      [1, 1, 5, 20, 50, 100, 300, 600, 2100],
      [5, 300, 600, 2100],
    ]),
    faultShare: random.pick([0, 0.03, 0.08]),
    writeShare: random.pick([0.05, 0.08, 0.14]),
  }
}

/** At least one, and each more often than not. */
function some<Item>(random: Prng, items: readonly Item[]): Item[] {
  const share = random.pick([0.3, 0.6, 1])
  const chosen = items.filter(() => random.chance(share))
  return chosen.length > 0 ? chosen : [random.pick(items)]
}
