import type { Registry } from 'prom-client'
import type { DatabasePool } from '../db/database-pool.js'
import { getDbPoolStats } from '../db/pool-stats.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

/** Read from the pool when Prometheus asks. */
export function exposePool(registry: Registry, pool: DatabasePool): void {
  for (const stat of Object.keys(catalogue.pool) as (keyof typeof catalogue.pool)[])
    expose(registry, catalogue.pool[stat], () => [{ value: getDbPoolStats(pool)[stat] }])
}
