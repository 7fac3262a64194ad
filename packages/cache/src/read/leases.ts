import type { Core, Shared } from '../core.js'
import type { AcquireReply } from '../remote/remote-tier.js'
import type { Loading, ReadPoint } from './loading.js'

/** A lease that nobody renews ends after this: longer than a pause of garbage collection, shorter than patience. */
export const loadLeaseMs = 5000
export const renewMs = 1500
/** A load may hold its lease for so long at most. */
const maxLoadMs = 300_000

export type Acquired =
  | Extract<AcquireReply, { outcome: 'value' }>
  | Extract<AcquireReply, { outcome: 'wait' }>
  | (Extract<AcquireReply, { outcome: 'leased' }> & { readonly at: ReadPoint })

/** Asks for the right to load a key. @throws CacheError CACHE_REMOTE_UNAVAILABLE. */
export async function acquire(
  core: Core,
  shared: Shared,
  { key, partition, flight }: Loading,
  replaces?: string,
): Promise<Acquired> {
  const { tier, guard, sync } = shared
  const token = core.nextToken()
  const startedMs = core.clock.monotonic()
  flight.woken = false
  try {
    const reply = await guard.run('acquire', partition, () =>
      tier.acquire({
        partition: partition.index,
        key,
        namespace: flight.namespace,
        token,
        leaseMs: loadLeaseMs,
        ...(replaces !== undefined && { replaces }),
      }),
    )
    sync.learn(partition, reply)
    if (reply.outcome !== 'leased') return reply
    flight.readSeq = reply.seq
    const at = { gen: reply.gen, seq: reply.seq, startedMs, timeMs: reply.timeMs, token }
    return { ...reply, at }
  } catch (error) {
    release(shared, partition.index, key, token)
    throw error
  }
}

/** Not waited for: a lease that stays ends by itself. */
export function release({ tier, guard }: Shared, partition: number, key: string, token: string): void {
  guard.probe('release', null, () => tier.release(partition, key, token)).catch(() => {})
}

/** Renews a lease until the returned function is called. */
export function renewing(
  core: Core,
  { tier, guard, renewals }: Shared,
  { partition, key }: Loading,
  token: string,
): () => void {
  const { clock, closed } = core
  const startedMs = clock.monotonic()
  let next = renewals.set(startedMs, renew)
  return () => renewals.take(next)

  function renew(): void {
    const nowMs = clock.monotonic()
    if (nowMs > startedMs + maxLoadMs || closed.aborted) return
    guard.run('renew', partition, () => tier.renew(partition.index, key, token, loadLeaseMs)).catch(() => {}) // the next renewal, or the fill, will tell
    next = renewals.set(nowMs, renew)
  }
}

const firstLookMs = 20
const lastLookMs = 250

/** Until the lease may have ended: woken, or after 20 ms, doubled each time up to 250 ms. */
export async function waitForLease(core: Core, { flight }: Loading, attempt: number): Promise<void> {
  if (flight.woken) return
  const woken = new AbortController()
  flight.wake = () => woken.abort(null)
  try {
    await core.clock.sleep(Math.min(lastLookMs, firstLookMs * 2 ** attempt), woken.signal)
  } catch {
    // woken
  } finally {
    flight.wake = undefined
  }
}
