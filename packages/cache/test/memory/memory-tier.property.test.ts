import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EntryScope } from '#src/memory/entry-scope'
import type { MemoryEntry } from '#src/memory/memory-entry'
import { entryOf, scopeOf, tierUnderTest } from './tier-under-test.js'

const key = fc.nat(30).map(index => `${'k'.repeat(index % 7)}:${index}`)
const seq = fc.nat(8)
const which = fc.nat(5)

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put'),
      key,
      seq,
      which,
      bytes: fc.nat(900),
      deadlineMs: fc.nat(20),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hit'), key, nowMs: fc.nat(20) }) },
  fc.record({ do: fc.constant('delete'), key }),
  fc.record({ do: fc.constant('deleteBelow'), key, seq }),
  fc.record({ do: fc.constant('setDeadline'), key, deadlineMs: fc.nat(20) }),
  fc.record({ do: fc.constant('clear'), rare: fc.nat(9) }),
  fc.record({ do: fc.constant('namespace'), which, seq }),
  fc.record({ do: fc.constant('tag'), which: fc.nat(2), seq }),
  fc.record({
    do: fc.constant('epoch'),
    which: fc.nat(1),
    trustedUntilMs: fc.constantFrom(10, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  }),
  fc.record({ do: fc.constant('pattern'), which: fc.nat(1), seq }),
  fc.record({ do: fc.constant('sweep'), seq }),
)
type Step = Partial<{
  key: string
  seq: number
  which: number
  bytes: number
  deadlineMs: number
  nowMs: number
  trustedUntilMs: number
  rare: number
}> & { do: string }

/** Two epochs, three namespaces, three tags; half of the scopes have tags. */
function sixScopes() {
  const epochs = [scopeOf().epoch, scopeOf().epoch]
  const namespaces = [0, 1, 2].map(() => scopeOf().namespace)
  const tags = [0, 1, 2].map(() => ({ seq: 0 }))
  const scopes: EntryScope[] = [0, 1, 2, 3, 4, 5].map(index =>
    scopeOf({
      epoch: epochs[index % 2]!,
      namespace: namespaces[index % 3]!,
      tags: index % 2 === 0 ? null : tags.slice(0, (index + 1) / 2),
    }),
  )
  return { epochs, namespaces, tags, scopes }
}

/** What the tier's docstrings say of one entry, looked up anew each time. */
function isVoid({ scope, seq }: MemoryEntry): boolean {
  const outdated = [scope.namespace, ...(scope.tags ?? [])].some(cell => cell.seq > seq)
  return outdated || scope.epoch.trustedUntilMs === Number.NEGATIVE_INFINITY
}

function isServed(entry: MemoryEntry, nowMs: number): boolean {
  const { epoch } = entry.scope
  const inTime = nowMs < entry.deadlineMs && nowMs < epoch.trustedUntilMs
  return inTime && !isVoid(entry) && entry.seq >= epoch.patternSeq
}

const overhead = (() => {
  const { tier } = tierUnderTest()
  tier.put('k', entryOf(scopeOf(), { bytes: 0 }))
  return tier.bytes - 1
})()

test('any sequence of calls is answered as by a plain map that is told who was evicted', async () => {
  const limits = fc.record({
    maxEntries: fc.integer({ min: 1, max: 20 }),
    maxBytes: fc.integer({ min: 300, max: 6000 }),
  })
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 150, size: 'max' }), async (limits, steps) => {
      const { tier, evicted, released } = tierUnderTest(limits)
      const { epochs, namespaces, tags, scopes } = sixScopes()
      const model = new Map<string, MemoryEntry>()
      const sweeps: Promise<number>[] = []
      let tagged = 0
      let swept = 0
      const sizeOf = (key: string, entry: MemoryEntry) => entry.bytes + key.length + overhead
      const bytes = () => [...model].reduce((sum, [key, entry]) => sum + sizeOf(key, entry), 0)
      const leave = (key: string) => {
        if (model.get(key)?.scope.tags) tagged++
        return model.delete(key)
      }

      for (const step of steps as Step[]) {
        const key = step.key as string
        const seq = step.seq as number
        const entry = model.get(key)
        switch (step.do) {
          case 'put': {
            const put = entryOf(scopes[step.which as number]!, {
              value: { key, seq },
              seq,
              bytes: step.bytes as number,
              deadlineMs: step.deadlineMs as number,
            })
            const before = evicted.capacity + evicted.void
            const fits = sizeOf(key, put) <= limits.maxBytes
            expect(tier.put(key, put)).toBe(fits)
            leave(key)
            const others = model.size
            const isRoomy = others < limits.maxEntries && bytes() + sizeOf(key, put) <= limits.maxBytes
            for (const other of [...model.keys()]) if (tier.find(other) < 0) leave(other)
            if (fits) model.set(key, put)
            const gone = others - (model.size - (fits ? 1 : 0))
            expect(evicted.capacity + evicted.void - before).toBe(gone)
            if (isRoomy || !fits) expect(gone).toBe(0)
            break
          }
          case 'hit': {
            const hits = entry?.scope.namespace.hits ?? 0
            const slot = tier.hit(key, step.nowMs as number)
            const served = entry !== undefined && isServed(entry, step.nowMs as number)
            expect(slot).toBe(served ? tier.find(key) : -1)
            if (entry) expect(entry.scope.namespace.hits - hits).toBe(served ? 1 : 0)
            break
          }
          case 'delete':
            expect(tier.delete(key)).toBe(leave(key))
            break
          case 'deleteBelow':
            expect(tier.deleteBelow(key, seq)).toBe(entry !== undefined && entry.seq < seq && leave(key))
            break
          case 'setDeadline':
            if (!entry) break
            tier.setDeadline(tier.find(key), step.deadlineMs as number)
            model.set(key, { ...entry, deadlineMs: step.deadlineMs as number })
            break
          case 'clear':
            if (step.rare !== 0) break
            tier.clear()
            for (const key of [...model.keys()]) leave(key)
            break
          case 'namespace':
            namespaces[(step.which as number) % 3]!.seq = seq
            break
          case 'tag':
            tags[step.which as number]!.seq = seq
            break
          case 'epoch':
            epochs[step.which as number]!.trustedUntilMs = step.trustedUntilMs as number
            break
          case 'pattern':
            epochs[step.which as number]!.patternSeq = seq
            break
          case 'sweep':
            sweeps.push(tier.sweep(slot => tier.seqAt(slot) === seq || tier.isVoid(slot), 'expired'))
            for (const [key, entry] of [...model])
              if ((entry.seq === seq || isVoid(entry)) && leave(key)) swept++
            expect(evicted.expired).toBe(swept)
        }

        expect(tier.entries).toBe(model.size)
        expect(tier.entries).toBeLessThanOrEqual(limits.maxEntries)
        expect(tier.bytes).toBe(bytes())
        expect(tier.bytes).toBeLessThanOrEqual(limits.maxBytes)
        expect(tier.evictions).toBe(evicted.capacity)
        expect(released.length).toBe(tagged)
        for (const [index, cell] of namespaces.entries())
          expect(cell.entries).toBe(
            [...model.values()].filter(({ scope }) => scope.namespace === namespaces[index]).length,
          )
        for (const [key, entry] of model) {
          const slot = tier.find(key)
          expect([tier.keyAt(slot), tier.valueAt(slot), tier.seqAt(slot), tier.deadlineAt(slot)]).toEqual([
            key,
            entry.value,
            entry.seq,
            entry.deadlineMs,
          ])
          expect([tier.scopeAt(slot), tier.bytesAt(slot)]).toEqual([entry.scope, sizeOf(key, entry)])
          expect(tier.isVoid(slot)).toBe(isVoid(entry))
        }
      }
      await Promise.all(sweeps)
      tier.clear()
      expect(namespaces.map(({ entries }) => entries)).toEqual([0, 0, 0])
      expect([tier.entries, tier.bytes]).toEqual([0, 0])
    }),
    { numRuns: 100 },
  )
})
