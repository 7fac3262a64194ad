import { openCache } from '@voiceassist/api-gateway/cache/open-cache'
import { readConfig } from '@voiceassist/api-gateway/config'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { openFlags } from '@voiceassist/api-gateway/flags/open-flags'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { machineMs } from './machine-ms.js'

/** A process with flags as a gateway has them: a pool, the cache with its relay, and the flags. */
const config = readConfig(process.env)
const clock = systemClock
const logger = console as never
const url = config.databaseUrl as string
const database = await openDatabase({ url, limits: config.pool, clock })
const gatewayCache = await openCache({
  config,
  database,
  embedder: createHashingEmbedder(),
  clock,
  logger,
})
const flags = await openFlags({ config: config.flags, db: database.db, gatewayCache, logger })
await flags.warmCache()
flags.subscribe(event => {
  if (event.kind !== 'changed') return
  process.send?.([flags.evaluate('counter', -1).value, machineMs()])
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
