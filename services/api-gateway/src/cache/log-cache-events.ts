import { type CacheEvent, cacheChannel } from '@voiceassist/cache'
import type { Logger } from 'pino'

/** Tells the operator what the second tier refuses, loses or comes back from; ends when the returned function is called. */
export function logCacheEvents(logger: Logger): () => void {
  const onEvent = (message: unknown) => {
    const event = message as CacheEvent
    switch (event.kind) {
      case 'remote-unsuitable':
        logger.warn(
          { code: event.error.code, reason: event.error.message, refused: event.refused },
          'the second tier of the cache is unsuitable',
        )
        return
      case 'breaker':
        logger.warn({ away: event.open }, 'the second tier of the cache does not answer, or does again')
        return
      case 'afresh':
        logger.info({ reason: event.reason }, 'the second tier of the cache starts empty')
        return
      case 'stale-read':
        logger.error(
          { namespace: event.namespace },
          'the cache served a value that differs from the database',
        )
    }
  }
  cacheChannel.subscribe(onEvent)
  return () => cacheChannel.unsubscribe(onEvent)
}
