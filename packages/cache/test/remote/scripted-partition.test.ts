import { expect, test } from 'vitest'
import { writeEnvelope } from '#src/codec/envelope'
import { markMs, type RemoteMessage } from '#src/remote/remote-tier'
import { ScriptedPartition } from '#src/remote/scripted-partition'
import { MemoryValues } from '#src/testing/memory-values'

const note = { from: 'a', acknowledge: true }
const key = 'user:1'

class FullValues extends MemoryValues {
  full = false

  override put(...args: Parameters<MemoryValues['put']>): void {
    if (this.full) throw new Error('MDB_MAP_FULL')
    super.put(...args)
  }

  override remove(each: string): void {
    if (this.full) throw new Error('MDB_MAP_FULL')
    super.remove(each)
  }
}

function start() {
  const values = new FullValues()
  const messages: RemoteMessage[] = []
  const time = { nowMs: 1000 }
  let gens = 0
  const partition = new ScriptedPartition(3, values, {
    run: () => 'run',
    now: () => time.nowMs,
    newGen: () => `gen ${++gens}`.padEnd(16, '-'),
    publish: message => messages.push(message),
  })
  const load = (each: string) => {
    const { gen, seq } = partition.acquire({
      partition: 3,
      key: each,
      namespace: 'user',
      token: 't',
      leaseMs: 99,
    })
    return partition.fill({
      partition: 3,
      key: each,
      namespace: 'user',
      token: 't',
      envelope: envelope(gen, seq),
      keepMs: 9000,
    })
  }
  return { values, messages, time, partition, load }
}

function envelope(gen = '-'.repeat(16), seq = 0): Buffer {
  return writeEnvelope({
    header: {
      gen,
      seq,
      expiresAtMs: 9999,
      createdAtMs: 0,
      version: -1,
      loadMs: 0,
      staleMs: 0,
      token: 't',
      tags: [],
    },
    flags: 0,
    payload: Buffer.from('x'),
  })
}

test('an invalidation that cannot remove the value makes a new gen and tells of it', () => {
  const { values, messages, partition, load } = start()
  load(key)
  const { gen } = partition.position()
  values.full = true
  const reply = partition.invalidateKeys(['user:0', key], note)
  expect(reply.gen).not.toBe(gen)
  expect(partition.get(key)).toBeDefined()
  expect(partition.acquire({ partition: 3, key, namespace: 'user', token: 'u', leaseMs: 9 }).outcome).toBe(
    'leased',
  )
  expect(messages.at(-1)).toEqual({
    kind: 'invalidated',
    at: [{ partition: 3, ...reply }],
    scope: { kind: 'all' },
    note,
  })
})

test('a set that cannot remove the old value makes a new gen', () => {
  const { values, partition, load } = start()
  load(key)
  const { timeMs, gen, seq } = partition.position()
  values.full = true
  const reply = partition.set({
    partition: 3,
    key,
    namespace: 'user',
    envelope: envelope(),
    tags: [],
    ttlMs: 100,
    keepMs: 100,
    known: { gen, seq },
    calledAtMs: timeMs,
    version: -1,
    note,
  })
  expect(reply.outcome).toBe('invalidated')
  expect(reply.gen).not.toBe(gen)
  expect(partition.acquire({ partition: 3, key, namespace: 'user', token: 'u', leaseMs: 9 }).outcome).toBe(
    'leased',
  )
})

test('a fill without room is not stored, and ends its lease', () => {
  const { values, load } = start()
  values.full = true
  expect(load(key).stored).toBe(false)
  values.full = false
  expect(load(key).stored).toBe(true)
})

test('a damaged value, or one of another format, is as good as absent', () => {
  const { values, partition } = start()
  for (const bytes of [Buffer.from([9, 1, 2]), Buffer.from([1, 1, 2]), Buffer.alloc(0)]) {
    values.put(key, bytes, 9000)
    expect(partition.acquire({ partition: 3, key, namespace: 'user', token: 'u', leaseMs: 1 }).outcome).toBe(
      'leased',
    )
    partition.invalidateKeys([key], note)
  }
})

test('leases and marks that are over do not pile up', () => {
  const { time, partition } = start()
  for (let n = 0; n < 1000; n++) {
    partition.acquire({ partition: 3, key: `a:${n}`, namespace: 'a', token: 'u', leaseMs: 10 })
    partition.invalidateKeys([`b:${n}`], note)
  }
  expect([partition.leases.size, partition.marks.size]).toEqual([1000, 1000])
  time.nowMs += markMs
  for (let n = 0; n < 500; n++) {
    partition.acquire({ partition: 3, key: `c:${n}`, namespace: 'a', token: 'u', leaseMs: 10 })
    partition.invalidateKeys([`c:${n}`], note)
  }
  expect([partition.leases.size, partition.marks.size]).toEqual([0, 500])
})
