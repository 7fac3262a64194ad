import { type Clock, systemClock } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import type { RemoteListener, RemoteMessage, RemoteTier } from '../remote/remote-tier.js'

/** 'fail': it never runs. 'lose': it runs, and its answer never comes. A delay is of the call, before it runs. */
export type ChaosStep = 'fail' | 'lose' | { readonly delayMs: number } | undefined

export interface ChaosPlan {
  /** Asked for every call of the tier, by the name of its method. */
  call?(name: string): ChaosStep
  /** Asked for every message that comes: how often it is delivered, and after how long. */
  message?(message: RemoteMessage): { readonly copies: number; readonly delayMs?: number } | undefined
}

/** Calls that answer with a promise; `open`, `close` and `scan` are left alone. */
const calls = new Set<string | symbol>([
  'get',
  'getMany',
  'acquire',
  'renew',
  'fill',
  'release',
  'invalidateKeys',
  'invalidateScope',
  'set',
  'readMeta',
  'positions',
  'newGen',
  'renewRow',
  'registry',
  'removeRow',
  'confirm',
  'size',
])

/** A tier of any kind whose calls fail, hang or come late, and whose messages are lost, repeated or late, as planned. */
export function withChaos(tier: RemoteTier, plan: ChaosPlan, clock: Clock = systemClock): RemoteTier {
  return new Proxy(tier, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (name === 'open')
        return (listener: RemoteListener, identity: Parameters<RemoteTier['open']>[1]) =>
          target.open(disturbed(listener, plan, clock), identity)
      if (typeof member !== 'function') return member
      const run = member.bind(target) as (...args: unknown[]) => Promise<unknown>
      return calls.has(name) ? disturbedCall(String(name), run, plan, clock) : run
    },
  })
}

function disturbedCall(
  name: string,
  run: (...args: unknown[]) => Promise<unknown>,
  plan: ChaosPlan,
  clock: Clock,
) {
  return async (...args: unknown[]): Promise<unknown> => {
    const step = plan.call?.(name)
    if (step === 'fail') throw new CacheError('CACHE_REMOTE_UNAVAILABLE', `Chaos: ${name} fails`)
    if (typeof step === 'object') await clock.sleep(step.delayMs)
    const answer = await run(...args)
    return step === 'lose' ? new Promise<never>(() => {}) : answer
  }
}

function disturbed(listener: RemoteListener, plan: ChaosPlan, clock: Clock): RemoteListener {
  return {
    message(message) {
      const { copies = 1, delayMs = 0 } = plan.message?.(message) ?? {}
      const deliver = () => {
        for (let copy = 0; copy < copies; copy++) listener.message(message)
      }
      if (delayMs > 0) void clock.sleep(delayMs).then(deliver)
      else deliver()
    },
    busLost: () => listener.busLost(),
    busBack: () => listener.busBack(),
    connectionLost: partitions => listener.connectionLost(partitions),
    connected: partitions => listener.connected(partitions),
  }
}
