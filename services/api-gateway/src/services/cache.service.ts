import type {
  CacheInstance,
  CacheStats,
  InvalidateResult,
  KeyState,
  WarmOptions,
  WarmResult,
} from '@voiceassist/cache'
import { CacheError } from '@voiceassist/cache'
import type { RelayStats } from '@voiceassist/cache/postgres'
import type { RagCache } from '@voiceassist/rag-cache'
import type { Kysely } from 'kysely'
import type { Actor } from '../audit/actor.js'
import type { AuditEntry } from '../audit/audit-actions.js'
import { cacheNamespaces } from '../cache/cache-options.js'
import type { GatewayCache } from '../cache/gateway-cache.js'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { recordAudit } from '../repositories/audit-logs.repository.js'

export interface CacheReport extends CacheStats {
  readonly kind: GatewayCache['kind']
  /** False: reads go to the database until the changes from before the start are relayed. */
  readonly usable: boolean
  readonly relay: RelayStats | undefined
  /** Of retrieval, by what was looked for; undefined: nothing is cached. */
  readonly rag: ReturnType<RagCache['getCacheStats']> | undefined
}

/** What is invalidated: one of the four. */
export type InvalidationTarget =
  | { readonly keys: readonly string[] }
  | { readonly pattern: string }
  | { readonly tags: readonly string[] }
  | { readonly namespace: string }

export interface KeyLook extends KeyState {
  /** Absent where the namespace is sensitive or not one of the gateway's, and where nothing is kept. */
  readonly value?: unknown
}

export interface CacheService {
  report(): CacheReport
  /** @throws GatewayError VALIDATION_FAILED. */
  look(actor: Actor, key: string): Promise<KeyLook>
  /**
   * Audited before it is done.
   * @throws GatewayError VALIDATION_FAILED, or CACHE_UNAVAILABLE where it is to be acknowledged and cannot be.
   */
  invalidate(
    actor: Actor,
    target: InvalidationTarget,
    options: { readonly acknowledged: boolean },
  ): Promise<InvalidateResult>
  /** Brings what was read most back into this gateway's memory. */
  warm(actor: Actor, options: Pick<WarmOptions, 'maxKeys'>): Promise<WarmResult>
  /** This gateway and those that share its second tier. @throws GatewayError CACHE_UNAVAILABLE. */
  instances(): Promise<readonly CacheInstance[]>
}

export interface CacheServiceOptions {
  readonly gateway: GatewayCache
  readonly db: Kysely<Database>
  /** By namespace. */
  readonly loaders?: NonNullable<WarmOptions['loaders']>
}

export function createCacheService({ gateway, db, loaders = {} }: CacheServiceOptions): CacheService {
  const { cache } = gateway
  return {
    report: () => ({
      kind: gateway.kind,
      usable: gateway.usable,
      relay: gateway.relayStats(),
      rag: gateway.rag?.cache.getCacheStats(),
      ...cache.stats(),
    }),

    async look(actor, key) {
      const state = await inGatewayErrors('key', () => cache.inspect(key))
      await recordAudit(db, actor, { action: 'cache.look', details: { key: nameOf(key) } })
      const shown = !state.sensitive && state.namespace in cacheNamespaces && (state.memory || state.remote)
      return shown ? { ...state, value: await cache.get(key) } : state
    },

    async invalidate(actor, target, options) {
      const [field, names] = Object.entries(target)[0] as [keyof AllTargets, string | readonly string[]]
      await recordAudit(db, actor, {
        action: 'cache.invalidate',
        details: { by: field, acknowledged: options.acknowledged, ...namesOf([names].flat()) },
      })
      return inGatewayErrors(field, () => {
        if ('keys' in target) return cache.delete(target.keys, options)
        if ('pattern' in target) return cache.deletePattern(target.pattern, options)
        if ('tags' in target) return cache.invalidateTags(target.tags, options)
        return cache.clear(target.namespace, options)
      })
    },

    async warm(actor, { maxKeys }) {
      await recordAudit(db, actor, { action: 'cache.warm' })
      return cache.warm({ loaders, ...(maxKeys === undefined ? {} : { maxKeys }) })
    },

    instances: () => inGatewayErrors('instances', () => cache.instances()),
  }
}

type AllTargets = { readonly [Field in 'keys' | 'pattern' | 'tags' | 'namespace']: unknown }

/** A row names a few, and counts the rest. */
const namedMost = 20

function namesOf(names: readonly string[]): NonNullable<AuditEntry['details']> {
  return { names: names.slice(0, namedMost).map(nameOf).join(' '), count: names.length }
}

/** The gateway's own keys are made of ids; whatever else somebody typed may name a patient. */
function nameOf(name: string): string {
  const [namespace = '', ...rest] = name.split(':')
  const known = namespace in cacheNamespaces || namespace === '*'
  if (known && rest.every(part => /^(?:[0-9a-f*?-]*|asc|desc)$/i.test(part))) return name
  return known ? `${namespace}:(not shown)` : '(not shown)'
}

async function inGatewayErrors<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    if (error.code === 'CACHE_REMOTE_UNAVAILABLE')
      throw new GatewayError('CACHE_UNAVAILABLE', 'The second tier of the cache does not answer', {
        cause: error,
      })
    if (/^CACHE_(KEY|TAG|PATTERN|OPTION)_INVALID$/.test(error.code))
      throw new GatewayError('VALIDATION_FAILED', error.message, { field, cause: error })
    throw error
  }
}
