import { Gauge, type Registry } from 'prom-client'
import type { DatabasePool } from '../db/database-pool.js'
import { type DbPoolStats, getDbPoolStats } from '../db/pool-stats.js'

const gauges = {
  voiceassist_db_pool_size: ['size', 'Database connections that stay open once opened'],
  voiceassist_db_pool_checked_out: ['checkedOut', 'Database connections that are lent'],
  voiceassist_db_pool_checked_in: ['checkedIn', 'Database connections that are open and idle'],
  voiceassist_db_pool_overflow: ['overflow', 'Database connections open beyond the size'],
  voiceassist_db_pool_utilization_percent: [
    'utilizationPercent',
    'Lent connections, in percent of the most there can be',
  ],
} as const satisfies Record<string, readonly [keyof DbPoolStats, string]>

/** Read from the pool when Prometheus asks. */
export function registerPoolMetrics(registry: Registry, pool: DatabasePool): void {
  for (const [name, [stat, help]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(getDbPoolStats(pool)[stat])
      },
    })
  }
}
