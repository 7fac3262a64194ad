import { runServe } from '@voiceassist/api-gateway/cli/serve'
import { type CacheStrategy, cacheOf } from './cache-strategy.js'

/** `voiceassist serve` with the cache of a strategy, which ends with the process that started it. */
const strategy = process.argv[2] as CacheStrategy

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
const environment = strategy === 'none' ? { ...process.env, CACHE_ENABLED: 'false' } : process.env
process.exit(await runServe(environment, { createCache: cacheOf(strategy) }))
