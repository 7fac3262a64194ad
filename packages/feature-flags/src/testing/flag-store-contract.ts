import { deepStrictEqual, ok, rejects } from 'node:assert/strict'
import { checkSnapshot } from '../flag/check-snapshot.js'
import type { FlagSnapshot } from '../flag/flag-definition.js'
import type { FlagStore } from '../tiers/flag-store.js'

/** What declares tests: Vitest, node:test, Mocha and their like. */
export interface ContractRunner {
  describe(name: string, declare: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}

/** A store under test, opened for one test; it may be one that all share, since each test has its own environments. */
export interface StoreUnderTest {
  readonly store: FlagStore
  /** Makes, or changes, boolean flags of the environment in one commit, each with `value` in its metadata as `value`. */
  commit(environment: string, names: readonly string[], value: number): Promise<void>
  /** From now on the store does not answer; absent: that is not tested. */
  stop?(): Promise<void>
  close(): Promise<void>
}

const writers = 4
const commitsEach = 10
let environments = 0

/** Declares the tests that every store of flags has to pass. */
export function flagStoreContract(runner: ContractRunner, open: () => Promise<StoreUnderTest>): void {
  const test = (name: string, run: (under: StoreUnderTest, environment: string) => Promise<void>) =>
    runner.it(name, async () => {
      const under = await open()
      try {
        // Unique in a database that outlives this process.
        await run(under, `ct${process.pid.toString(36)}-${Date.now().toString(36)}-${++environments}`)
      } finally {
        await under.close()
      }
    })

  runner.describe('a store of flags', () => {
    test('has revision 0 and nothing before the first change', async ({ store }, environment) => {
      deepStrictEqual(await store.revision(environment, signal()), 0)
      const { flags, segments, overrides, ...rest } = await store.load(environment, signal())
      deepStrictEqual({ ...rest, flags, segments, overrides }, empty(environment))
    })

    test('grows its revision with each change, and loads what is committed', async (under, environment) => {
      const { store } = under
      let last = 0
      for (const value of [1, 2, 3]) {
        await under.commit(environment, ['first', 'second'], value)
        const revision = await store.revision(environment, signal())
        ok(revision > last, `${revision} after ${last}`)
        const snapshot = checkSnapshot(await store.load(environment, signal()))
        deepStrictEqual(snapshot.revision, revision)
        deepStrictEqual(snapshot.environment, environment)
        deepStrictEqual(valuesOf(snapshot), { first: value, second: value })
        ok(snapshot.flags.every(flag => flag.revision > last && flag.revision <= revision))
        last = revision
      }
    })

    test('loads plain data, which JSON carries', async (under, environment) => {
      await under.commit(environment, ['first'], 1)
      const snapshot = await under.store.load(environment, signal())
      deepStrictEqual(JSON.parse(JSON.stringify(snapshot)), snapshot)
    })

    test('keeps environments apart', async (under, environment) => {
      const { store } = under
      const other = `${environment}.other`
      await under.commit(environment, ['first'], 1)
      await under.commit(other, ['second'], 2)
      const before = await store.revision(environment, signal())
      await under.commit(other, ['second'], 3)
      deepStrictEqual(await store.revision(environment, signal()), before)
      deepStrictEqual(valuesOf(await store.load(environment, signal())), { first: 1 })
      deepStrictEqual(valuesOf(await store.load(other, signal())), { second: 3 })
    })

    test('loads one moment while others change it, and never goes back', async (under, environment) => {
      const { store } = under
      await under.commit(environment, ['first', 'second'], 0)
      let writing = true
      const write = async (writer: number) => {
        for (let at = 1; at <= commitsEach; at++)
          await under.commit(environment, ['first', 'second'], writer * 1000 + at)
      }
      const written = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer + 1))).finally(
        () => {
          writing = false
        },
      )
      let last = 0
      const seen = new Map<number, string>()
      while (writing) {
        const told = await store.revision(environment, signal())
        const snapshot = await store.load(environment, signal())
        ok(told >= last && snapshot.revision >= told, `${told}, then ${snapshot.revision}, after ${last}`)
        last = snapshot.revision
        const { first, second } = valuesOf(snapshot)
        deepStrictEqual(first, second, 'half of a change')
        const content = JSON.stringify(snapshot)
        deepStrictEqual(seen.get(last) ?? content, content, 'two contents of one revision')
        seen.set(last, content)
      }
      await written
      ok((await store.revision(environment, signal())) >= 1 + writers * commitsEach)
    })

    test('rejects while it does not answer', async (under, environment) => {
      if (!under.stop) return
      await under.stop()
      await rejects(under.store.revision(environment, AbortSignal.timeout(5000)))
      await rejects(under.store.load(environment, AbortSignal.timeout(5000)))
    })

    test('rejects where the caller has given up', async ({ store }, environment) => {
      await rejects(store.revision(environment, AbortSignal.abort()))
      await rejects(store.load(environment, AbortSignal.abort()))
    })
  })
}

function signal(): AbortSignal {
  return new AbortController().signal
}

function empty(environment: string): FlagSnapshot {
  return { environment, revision: 0, flags: [], segments: [], overrides: [] }
}

function valuesOf({ flags }: FlagSnapshot): Record<string, unknown> {
  return Object.fromEntries(flags.map(({ name, metadata }) => [name, metadata.value]))
}
