import type { DatabasePool } from './database-pool.js'

export interface DbPoolStats {
  readonly size: number
  readonly checkedIn: number
  readonly checkedOut: number
  /** Connections open beyond `size`. */
  readonly overflow: number
  readonly maxOverflow: number
  readonly totalConnections: number
  /** 100 × checkedOut / (size + maxOverflow): 0 when idle, 100 when the next caller has to wait. */
  readonly utilizationPercent: number
}

export function getDbPoolStats(pool: DatabasePool): DbPoolStats {
  const { size, maxOverflow } = pool.limits
  const totalConnections = pool.totalCount
  const checkedIn = pool.idleCount
  const checkedOut = Math.max(0, totalConnections - checkedIn)
  return {
    size,
    checkedIn,
    checkedOut,
    overflow: Math.max(0, totalConnections - size),
    maxOverflow,
    totalConnections,
    utilizationPercent: Math.min(100, Math.round((checkedOut / (size + maxOverflow)) * 10_000) / 100),
  }
}
