import { systemClock } from '@voiceassist/kernel'
import { describeDatabases, eventually, FakeClock, hasServer, seededRandom } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { AuditSealer, sealSome } from '#src/audit/audit-sealer'
import { verifyAudit } from '#src/audit/verify-audit'
import { inTransaction } from '#src/db/held-transaction'
import { tryLockChain } from '#src/repositories/audit-chain.repository'
import { auditRow, insertAuditRows, recordAudit } from '#src/repositories/audit-logs.repository'
import { AuditFixture, key } from './audit-fixture.js'

const logger = { error: vi.fn() }
const entry = { action: 'session.read' } as const
const actor = gatewayActor('test')

describeDatabases('the sealer', kind => {
  let audit: AuditFixture
  beforeEach(async () => {
    logger.error.mockClear()
    audit = await AuditFixture.create(kind)
  })
  afterEach(() => audit?.close())

  const unsealed = async () => (await verifyAudit(audit.db, key)).unsealed.count

  test('seals within a second what was committed', async () => {
    const clock = new FakeClock()
    const sealer = new AuditSealer({ db: audit.db, clock, logger, key })
    await eventually(() => expect(clock.sleeping).toBe(1))
    await audit.record(3)
    expect(await unsealed()).toBe(3)
    await clock.advance(1000)
    await eventually(async () => expect(await unsealed()).toBe(0))
    await sealer.close()
    expect(await verifyAudit(audit.db, key)).toMatchObject({ ok: true, checked: 3 })
  })

  test('seals what is left when it is told to end', async () => {
    const clock = new FakeClock()
    const sealer = new AuditSealer({ db: audit.db, clock, logger, key })
    await eventually(() => expect(clock.sleeping).toBe(1))
    await audit.record(2)
    await sealer.close()
    expect(await verifyAudit(audit.db, key)).toMatchObject({ ok: true, checked: 2, unsealed: { count: 0 } })
  })

  test('does not hold up the end for a long backlog', async () => {
    const rows = Array.from({ length: 1000 }, () => auditRow(actor, entry))
    for (let n = 0; n < 9; n++) await insertAuditRows(audit.db, rows)
    await new AuditSealer({ db: audit.db, clock: new FakeClock(), logger, key }).close()
    const { ok, checked, unsealed } = await verifyAudit(audit.db, key)
    expect(ok).toBe(true)
    expect(checked).toBeGreaterThanOrEqual(5000)
    expect(unsealed.count).toBe(9000 - checked)
    expect(unsealed.count).toBeGreaterThan(0)
  })

  test('goes on after a failure, and logs it without what it was about', async () => {
    const clock = new FakeClock()
    await audit.record(1)
    const connection = audit.database.pool.connect.bind(audit.database.pool)
    const connect = vi
      .spyOn(audit.database.pool, 'connect')
      .mockImplementationOnce((() => Promise.reject(new Error('patient Jane Doe'))) as never)
    connect.mockImplementation(connection as never)
    const sealer = new AuditSealer({ db: audit.db, clock, logger, key })
    await eventually(() => expect(clock.sleeping).toBe(1))
    expect(logger.error).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(logger.error.mock.calls)).not.toContain('Jane')
    await clock.advance(500)
    await eventually(async () => expect(await unsealed()).toBe(0))
    connect.mockRestore()
    await sealer.close()
  })

  test('seals more rows than one transaction takes, in the order of their times', async () => {
    const at = Date.UTC(2025, 0, 1)
    const rows = Array.from({ length: 2500 }, (_, n) => ({
      ...auditRow(actor, entry),
      timestamp: new Date(at + ((n * 7919) % 2500)),
    }))
    for (let n = 0; n < rows.length; n += 500) await insertAuditRows(audit.db, rows.slice(n, n + 500))
    expect(await sealSome(audit.db, key)).toBe(1000)
    expect(await audit.seal()).toBe(1500)
    expect(await verifyAudit(audit.db, key)).toMatchObject({ ok: true, checked: 2500 })
  })
})

describe.skipIf(!hasServer())('several sealers and writers on one database', () => {
  let audit: AuditFixture
  beforeEach(async () => {
    audit = await AuditFixture.create('server')
  })
  afterEach(() => audit?.close())

  test('while one seals, another leaves the chain alone', async () => {
    await audit.record(2)
    const other = await audit.temp.open()
    await other.db.transaction().execute(async transaction => {
      expect(await tryLockChain(transaction)).toBe(true)
      expect(await sealSome(audit.db, key)).toBe(0)
    })
    expect(await sealSome(audit.db, key)).toBe(2)
  })

  test('a row that commits late is sealed behind those that were before it', async () => {
    const other = await audit.temp.open()
    await other.db.transaction().execute(async transaction => {
      await recordAudit(transaction, actor, { ...entry, details: { late: true } })
      await audit.record(3)
      expect(await audit.seal()).toBe(3)
    })
    expect(await audit.seal()).toBe(1)
    expect(await verifyAudit(audit.db, key)).toMatchObject({ ok: true, checked: 4, unsealed: { count: 0 } })
  })

  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
  test(`no row is left out or sealed twice, whoever commits or rolls back when (TEST_SEED=${seed})`, async () => {
    const random = seededRandom(seed)
    const sealers = [1, 2, 3].map(async () => {
      const { db } = await audit.temp.open({ limits: { size: 2 } })
      return new AuditSealer({ db, clock: systemClock, logger, key })
    })
    const opened = await Promise.all(sealers)
    let committed = 0
    const writers = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 40; n++) {
        const rows = 1 + Math.floor(random() * 5)
        const rollsBack = random() < 0.2
        await inTransaction(audit.db, async transaction => {
          for (let row = 0; row < rows; row++) await recordAudit(transaction, actor, entry)
          if (rollsBack) throw new Error('rolled back')
          committed += rows
        }).catch(error => {
          if ((error as Error).message !== 'rolled back') throw error
        })
      }
    })
    await Promise.all(writers)
    for (const sealer of opened) await sealer.close()
    expect(await verifyAudit(audit.db, key)).toMatchObject({
      ok: true,
      checked: committed,
      unsealed: { count: 0 },
    })
  })
})
