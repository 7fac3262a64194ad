import {
  type CacheReport as CacheReportView,
  cacheInstances,
  cacheInvalidation,
  cacheKeyQuery,
  cacheKeyState,
  cacheReport,
  cacheWarming,
  type InvalidateCacheRequest,
  invalidateCacheRequest,
  noQuery,
  warmCacheRequest,
} from '@voiceassist/api-contract'
import { GatewayError } from '../errors.js'
import { userActorOf } from '../plugins/request-actor.js'
import type { CacheReport, CacheService, InvalidationTarget } from '../services/cache.service.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['cache']
const config = { access: 'admin' } as const

export const cacheRoutes: RoutePlugin<{ readonly cache: CacheService }> = async (app, { cache }) => {
  app.get(
    '/cache',
    {
      config,
      schema: {
        tags,
        summary: 'Statistics of the cache, by tier and namespace',
        description:
          'Of this gateway, since its start; entries of the second tier are those of all gateways.',
        querystring: noQuery,
        response: { 200: cacheReport },
      },
    },
    async () => reportView(cache.report()),
  )

  app.get(
    '/cache/instances',
    {
      config,
      schema: {
        tags,
        summary: 'Gateways that share the cache, and their lag',
        querystring: noQuery,
        response: { 200: cacheInstances },
      },
    },
    async () => ({ items: [...(await cache.instances())] }),
  )

  app.get(
    '/cache/key',
    {
      config,
      schema: {
        tags,
        summary: 'What the cache keeps under a key',
        description: 'The value is not shown where its namespace is sensitive.',
        querystring: cacheKeyQuery,
        response: { 200: cacheKeyState },
      },
    },
    async request => {
      const { value, memory, remote, ...state } = await cache.look(userActorOf(request), request.query.key)
      return {
        ...state,
        ...(memory && { memory: { ...memory, tags: [...memory.tags] } }),
        ...(remote && { remote: { ...remote, tags: [...remote.tags] } }),
        ...(value === undefined ? {} : { value }),
      }
    },
  )

  app.post(
    '/cache/invalidate',
    {
      config,
      schema: {
        tags,
        summary: 'Take values out of the cache',
        description: 'By exactly one of `keys`, `pattern`, `tags` and `namespace`; in all gateways.',
        querystring: noQuery,
        body: invalidateCacheRequest,
        response: { 200: cacheInvalidation },
      },
    },
    async request => {
      const { acknowledged } = request.body
      return cache.invalidate(userActorOf(request), targetOf(request.body), { acknowledged })
    },
  )

  app.post(
    '/cache/warm',
    {
      config,
      schema: {
        tags,
        summary: 'Bring what was read most back into memory',
        description:
          'Of this gateway, by its own record of reads: after a start, or an invalidation of much.',
        querystring: noQuery,
        body: warmCacheRequest,
        response: { 200: cacheWarming },
      },
    },
    async request => cache.warm(userActorOf(request), request.body),
  )
}

function targetOf({ acknowledged: _, ...given }: InvalidateCacheRequest): InvalidationTarget {
  if (Object.keys(given).length !== 1)
    throw new GatewayError('VALIDATION_FAILED', 'Give exactly one of keys, pattern, tags and namespace', {
      field: 'keys',
    })
  return given as InvalidationTarget
}

function reportView({ kind, usable, tiers, namespaces, relay, rag }: CacheReport): CacheReportView {
  return {
    kind,
    usable,
    tiers: { memory: { ...tiers.memory }, remote: { ...tiers.remote } },
    namespaces: { ...namespaces },
    rag: rag ?? null,
    relay: relay
      ? {
          active: relay.active,
          lagMs: relay.lagMs ?? null,
          relayed: relay.relayed,
          unmapped: relay.unmapped,
          failures: relay.failures,
          lastPassAt: relay.lastPassAt === undefined ? null : new Date(relay.lastPassAt).toISOString(),
        }
      : null,
  }
}
