import { FakeClock, gate } from '@voiceassist/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { gatherMs, ReadAuditWriter } from '#src/audit/read-audit-writer'
import type { NewAuditRow } from '#src/repositories/audit-logs.repository'

const room = 5000
const actor = gatewayActor('test')

describe('the audit of reads', () => {
  let clock: FakeClock
  let stored: NewAuditRow[][]
  let store: (rows: readonly NewAuditRow[]) => Promise<void>
  let logged: unknown[]
  let writer: ReadAuditWriter
  beforeEach(() => {
    clock = new FakeClock()
    stored = []
    logged = []
    store = async rows => void stored.push([...rows])
    writer = new ReadAuditWriter({
      store: rows => store(rows),
      clock,
      logger: { error: (...line: unknown[]) => void logged.push(line) } as never,
    })
  })

  const read = (id: number | string) =>
    writer.record(actor, { action: 'message.list', resource: { type: 'session', id: String(id) } })
  const ids = () => stored.flat().map(row => row.resource_id)
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }

  test('is stored in groups, a tenth of a second after the first of each, with the time of the read', async () => {
    const at = new Date(clock.now())
    await read('a')
    await read('b')
    await clock.advance(gatherMs - 1)
    expect(stored).toEqual([])
    await read('c')
    await clock.advance(1)
    await settled()
    expect(stored.map(rows => rows.map(row => row.resource_id))).toEqual([['a', 'b', 'c']])
    expect(stored[0]![0]!.timestamp).toEqual(at)
    expect(stored[0]![2]!.timestamp).toEqual(new Date(at.getTime() + gatherMs - 1))
    await read('d')
    await clock.advance(gatherMs)
    await settled()
    expect(ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('goes on while rows are stored, and stores those next', async () => {
    const storing = gate()
    store = async rows => {
      await storing.opened
      stored.push([...rows])
    }
    await read('a')
    await clock.advance(gatherMs)
    await read('b')
    storing.open()
    await settled()
    expect(ids()).toEqual(['a'])
    await clock.advance(gatherMs)
    await settled()
    expect(ids()).toEqual(['a', 'b'])
  })

  test('is bounded: a read that finds no room waits for it', async () => {
    const storing = gate()
    store = async rows => {
      await storing.opened
      stored.push([...rows])
    }
    for (let n = 0; n < room; n++) await read(n)
    await clock.advance(gatherMs)
    let waited = true
    const late = read('late').then(() => {
      waited = false
    })
    await settled()
    expect(waited).toBe(true)
    storing.open()
    await late
    await writer.close()
    expect(ids()).toEqual([...Array.from({ length: room }, (_, n) => String(n)), 'late'])
    expect(stored.every(rows => rows.length <= 1000)).toBe(true)
  })

  test('loses nothing while rows cannot be stored, and refuses reads when there is no more room', async () => {
    let broken = true
    const working = store
    store = rows => (broken ? Promise.reject(new Error('patient Jane Doe')) : working(rows))
    for (let n = 0; n < room; n++) await read(n)
    const refused = expect(read('late')).rejects.toMatchObject({ code: 'OVERLOADED' })
    await clock.advance(gatherMs)
    await clock.advance(500)
    await refused
    expect(JSON.stringify(logged)).not.toContain('Jane')
    broken = false
    await clock.advance(500)
    await clock.advance(500)
    await settled()
    await read('later')
    await writer.close()
    expect(ids()).toEqual([...Array.from({ length: room }, (_, n) => String(n)), 'later'])
  })

  test('is drained at the end without waiting for a group to fill', async () => {
    await read('a')
    await writer.close()
    expect(ids()).toEqual(['a'])
    await read('after')
    await settled()
    expect(ids()).toEqual(['a', 'after'])
  })

  test('says how many rows it had to give up', async () => {
    store = () => Promise.reject(new Error('gone'))
    await read('a')
    await writer.close()
    expect(JSON.stringify(logged.at(-1))).toContain('"rows":1')
  })
})
