import type { OpenHotPath } from './hot-path.js'
import { cachedSearch } from './paths/cached-search.js'
import { flagCheck } from './paths/flag-check.js'
import { memoryHit } from './paths/memory-hit.js'
import { profiledQuery } from './paths/profiled-query.js'

export const hotPaths = {
  'memory-hit': memoryHit,
  'flag-check': flagCheck,
  'profiled-query': profiledQuery,
  'cached-search': cachedSearch,
} as const satisfies Record<string, OpenHotPath>

export type HotPathName = keyof typeof hotPaths
export const hotPathNames = Object.keys(hotPaths) as HotPathName[]
