import { type BorrowedServer, borrowRedis, canStartRedis } from '@voiceassist/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEnvelope } from '#src/codec/read-envelope'
import type { RemoteTier, Scope } from '#src/remote/remote-tier'
import { envelope, note, openTier, setRequest } from './open-tier.js'

const keys = ['n:a', 'n:b', 'n:c']

interface SetStep {
  readonly kind: 'set'
  readonly key: string
  readonly version: number
  readonly tags: readonly string[]
  /** How many changes the caller has not heard of. */
  readonly behind: number
  readonly lateMs: number
}
type Step =
  | SetStep
  | { readonly kind: 'invalidate'; readonly key: string }
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'load'; readonly key: string; readonly fills: boolean }
  | { readonly kind: 'newGen' }

const key = fc.constantFrom(...keys)
const tag = fc.constantFrom('t', 'u')
const set: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('set'),
  key,
  version: fc.constantFrom(-1, -1, 0, 1, 2),
  tags: fc.uniqueArray(tag),
  behind: fc.constantFrom(0, 0, 0, 1, 2),
  lateMs: fc.constantFrom(0, 0, 0, 0, 40_000),
})
const scope: fc.Arbitrary<Scope> = fc.oneof(
  tag.map(name => ({ kind: 'tags' as const, names: [name] })),
  fc.constant({ kind: 'namespaces' as const, names: ['n'] }),
  fc.constantFrom('n:a*', 'n:?*').map(name => ({ kind: 'patterns' as const, names: [name] })),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: set },
  { weight: 2, arbitrary: key.map(key => ({ kind: 'invalidate' as const, key })) },
  { weight: 2, arbitrary: scope.map(scope => ({ kind: 'scope' as const, scope })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('load' as const), key, fills: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'newGen' }) },
)

let runs = 0

/** What each step answered, and what is stored at the end, all in partition 0. */
async function outcomes(tier: RemoteTier, steps: readonly Step[], inCompany: boolean): Promise<unknown[]> {
  const seen: unknown[] = []
  const run = runs++
  const full = (name: string) => `${name}${run}`
  const gens: string[] = []
  const begin = async () => {
    await tier.newGen(0, (await tier.readMeta(0)).gen)
    gens.push((await tier.readMeta(0)).gen)
  }
  await begin()
  const { seq: began } = await tier.readMeta(0)
  for (const step of steps) {
    if (step.kind === 'set') seen.push(await setOf(tier, { ...step, key: full(step.key) }, inCompany))
    else if (step.kind === 'load') seen.push(await loadOf(tier, full(step.key), step.fills))
    else if (step.kind === 'invalidate') await tier.invalidateKeys(0, [full(step.key)], note)
    else if (step.kind === 'scope') await tier.invalidateScope([0], step.scope, note)
    else await begin()
  }
  for (const key of keys) {
    const bytes = await tier.get(0, full(key))
    if (bytes) {
      const { gen, seq, version, tags } = readEnvelope(bytes).header
      seen.push({ gen, seq, version, tags })
    } else seen.push(null)
  }
  return seen.map(each => comparable(each, gens, began))
}

/** Generations have names that are random, and numbers go on from run to run. */
function comparable(seen: unknown, gens: readonly string[], began: number): unknown {
  if (typeof seen !== 'object' || seen === null) return seen
  const { gen, seq, ...rest } = seen as { gen: string; seq: number }
  return { ...rest, gen: gens.indexOf(gen), seq: seq - began }
}

async function setOf(tier: RemoteTier, { key, version, tags, behind, lateMs }: SetStep, inCompany: boolean) {
  const [{ gen, seq, timeMs }, other] = await Promise.all([tier.readMeta(0), tier.readMeta(1)])
  const known = { gen, seq: Math.max(0, seq - behind), timeMs: timeMs - lateMs }
  const own = tier.set({ ...setRequest(key, known, { version, tags }), partition: 0 })
  if (inCompany) await tier.set({ ...setRequest('n:other', other), partition: 1 })
  const { timeMs: _, ...reply } = await own
  return reply
}

async function loadOf(tier: RemoteTier, key: string, fills: boolean) {
  const at = { partition: 0, key, namespace: 'n', token: `load ${key}` }
  const { outcome, gen, seq, timeMs } = await tier.acquire({ ...at, leaseMs: 10_000 })
  if (outcome !== 'leased' || !fills) return outcome
  const bytes = envelope({ gen, seq, token: at.token, expiresAtMs: timeMs + 60_000 })
  return (await tier.fill({ ...at, envelope: bytes, keepMs: 60_000 })).stored
}

describe.skipIf(!canStartRedis())('a set alone', () => {
  let server: BorrowedServer
  beforeAll(async () => {
    server = await borrowRedis()
  }, 120_000)
  afterAll(() => server.close())

  test('ends as one that shares its step with others', async () => {
    const { tier } = await openTier({ url: server.url })
    const kinds = new Set<unknown>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async steps => {
        const alone = await outcomes(tier, steps, false)
        expect(await outcomes(tier, steps, true)).toEqual(alone)
        for (const each of alone) kinds.add((each as { outcome?: string } | null)?.outcome)
      }),
      { numRuns: 150 },
    )
    expect([...kinds]).toEqual(expect.arrayContaining(['stored', 'invalidated', 'kept']))
  }, 60_000)
})
