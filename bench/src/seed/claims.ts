import type { OperationName } from '../made-database/operations.js'

/** A row of the seed's table of expected performance. */
export interface Claim {
  readonly row: string
  readonly operation: OperationName
  readonly beforeMs: number
  readonly afterMs: number
  /** Share of the time before that is saved. */
  readonly improvement: number
  /** What makes the difference here. */
  readonly by: 'migration 005' | 'the cache' | 'migration 001'
}

export const claims: readonly Claim[] = [
  {
    row: 'Login Query',
    operation: 'login',
    beforeMs: 50,
    afterMs: 15,
    improvement: 0.7,
    by: 'migration 001',
  },
  {
    row: 'Message History (100 msgs)',
    operation: 'history',
    beforeMs: 200,
    afterMs: 40,
    improvement: 0.8,
    by: 'migration 005',
  },
  {
    row: 'Feature Flag Check',
    operation: 'flag',
    beforeMs: 10,
    afterMs: 0.1,
    improvement: 0.99,
    by: 'the cache',
  },
  {
    row: 'RAG Search (cached)',
    operation: 'search',
    beforeMs: 2000,
    afterMs: 10,
    improvement: 0.995,
    by: 'the cache',
  },
  {
    row: 'User Audit Query',
    operation: 'audit',
    beforeMs: 150,
    afterMs: 60,
    improvement: 0.6,
    by: 'migration 005',
  },
  {
    row: 'Document List (1000 docs)',
    operation: 'documents',
    beforeMs: 500,
    afterMs: 200,
    improvement: 0.6,
    by: 'the cache',
  },
]

export type Verdict = 'holds' | 'MISSED' | 'no room'

/**
 * @param ratio of the time after to the time before
 * @param floorMs what is left when the work itself takes no time: without a cache, an empty query
 * @returns 'no room' where even that would not be the improvement that is claimed
 */
export function verdictOf(
  { improvement, afterMs }: Claim,
  {
    beforeMs,
    ratio,
    floorMs,
  }: { readonly beforeMs: number; readonly ratio: number; readonly floorMs: number },
): Verdict {
  if (1 - ratio >= improvement) return 'holds'
  return 1 - floorMs / beforeMs < improvement && beforeMs * ratio <= afterMs ? 'no room' : 'MISSED'
}
