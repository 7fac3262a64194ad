import { type Advice, advise, type QueryProfiler, setupQueryProfiling } from '@voiceassist/query-profiler'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { adviceFolder, databaseFolder } from '../data-folder/layout.js'
import type { OpenDatabase } from '../db/open-database.js'
import { copyDatabase } from './copied-database.js'

export interface OpenProfilerOptions {
  readonly config: Pick<Config, 'profiler' | 'databaseUrl' | 'dataFolder'>
  readonly database: OpenDatabase
  readonly logger: Logger
}

/** Profiles what the gateway asks of its pool from now on. On the embedded database, advice is made on copies. */
export function openProfiler({ config, database, logger }: OpenProfilerOptions): QueryProfiler {
  const { enabled: _, ...options } = config.profiler
  const { pool } = database
  const profiler = setupQueryProfiling(pool, {
    ...options,
    logger,
    ...(pool.setUp === undefined ? {} : { connectionSetUp: pool.setUp }),
  })
  if (config.databaseUrl !== undefined) return profiler
  return {
    ...profiler,
    async advise(adviceOptions): Promise<Advice> {
      const { dataFolder } = config
      const { session, scratch, close } = await copyDatabase(
        database,
        databaseFolder(dataFolder),
        adviceFolder(dataFolder),
      )
      try {
        return await advise(session, profiler.workload(), { ...adviceOptions, scratch })
      } finally {
        await close()
      }
    },
  }
}
