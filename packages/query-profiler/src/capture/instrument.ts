import { ProfilerError } from '../profiler-error.js'
import { CallLog } from './call-log.js'
import { isCaptured } from './captured.js'
import { type CaptureState, captureClient } from './client-capture.js'
import { isPgClient, isPgPool, isTarnPool } from './pg-shapes.js'
import { capturePool } from './pool-capture.js'
import type { QueryObserver } from './query-record.js'
import type { RequestContext } from './request-context.js'
import { captureTarnPool } from './tarn-capture.js'

/**
 * Tells `observer` of every query of a `Pool` or `Client` of pg, of a subclass of either, or of the clients in a Knex's
 * pool (`knex.client.pool`). Nothing is sent to the server, and what the application gets stays as it was.
 * @param requests has callbacks run in the request that gave them, where pg would call them from another
 * @returns what leaves the target as it was found; a query under way is still told of when it ends
 * @throws ProfilerError PROFILER_TARGET_UNSUPPORTED
 */
export function instrument(
  target: unknown,
  observer: QueryObserver,
  requests?: RequestContext,
): { close(): void } {
  const state: CaptureState = { log: new CallLog(observer), requests, handedOver: undefined }
  if (typeof target === 'object' && target !== null && isCaptured(target))
    throw new ProfilerError('PROFILER_TARGET_UNSUPPORTED', 'The pool or client is profiled already', {
      remedy: 'Close the profiler that does it, or use it',
    })
  if (isPgPool(target)) return { close: capturePool(target, state) }
  if (isPgClient(target)) return captureClient(target, state)
  if (isTarnPool(target)) return { close: captureTarnPool(target, state) }
  throw new ProfilerError(
    'PROFILER_TARGET_UNSUPPORTED',
    `target is ${kindOf(target)}, not a pool or client of pg`,
    {
      remedy:
        'Hand over the pg Pool or Client itself: of TypeORM dataSource.driver.master, of Knex knex.client.pool, of Prisma the pool that its adapter was made with',
    },
  )
}

function kindOf(target: unknown): string {
  if (typeof target !== 'object' || target === null) return String(target === null ? null : typeof target)
  const { name } = target.constructor ?? {}
  return `an object of ${name || 'no class'}`
}
