import { CacheError, cacheChannel } from '@voiceassist/cache'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { logCacheEvents } from '#src/cache/log-cache-events'

test('says why a second tier is refused, and nothing after its end', () => {
  const lines: string[] = []
  const end = logCacheEvents(pino({}, { write: line => void lines.push(line) }))
  const error = new CacheError('CACHE_REMOTE_UNSUITABLE', 'Redis is older than 7')
  cacheChannel.publish({ kind: 'remote-unsuitable', refused: true, error })
  cacheChannel.publish({ kind: 'breaker', open: true })
  cacheChannel.publish({ kind: 'stale-read', namespace: 'user' })
  cacheChannel.publish({ kind: 'load', namespace: 'user', durationMs: 1, failed: false })
  expect(lines).toHaveLength(3)
  expect(lines[0]).toContain('Redis is older than 7')
  end()
  cacheChannel.publish({ kind: 'breaker', open: false })
  expect(lines).toHaveLength(3)
})
