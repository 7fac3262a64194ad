import { describeDatabases } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AuditFacts, chainStart, nextLink } from '#src/audit/audit-chain'
import { checkAuditKey } from '#src/audit/check-audit-key'
import { readHead, signHead } from '#src/audit/signed-head'
import { verifyAudit } from '#src/audit/verify-audit'
import { auditFactColumns, lastLink } from '#src/repositories/audit-chain.repository'
import { AuditFixture, key } from './audit-fixture.js'

describeDatabases('the audit chain', kind => {
  let audit: AuditFixture
  beforeEach(async () => {
    audit = await AuditFixture.create(kind)
  })
  afterEach(() => audit?.close())

  const sound = { ok: true, broken: null, unsealed: { count: 0, oldest: null }, head: 'not given' }
  const rowAt = async (seq: number) =>
    (await audit.db.selectFrom('audit_chain').selectAll().where('seq', '=', String(seq)).executeTakeFirst())!
      .audit_id

  test('takes every column of a row', async () => {
    const { rows } = await sql<{ name: string }>`
      select column_name as name from information_schema.columns where table_name = 'audit_logs'`.execute(
      audit.db,
    )
    expect(rows.map(row => row.name).toSorted()).toEqual([...auditFactColumns].toSorted())
  })

  test('has no gap, verifies, and names what is not in it yet', async () => {
    expect(await verifyAudit(audit.db, key)).toEqual({ ...sound, checked: 0 })
    await audit.record(7)
    const before = await verifyAudit(audit.db, key)
    expect(before).toMatchObject({ ok: true, checked: 0, unsealed: { count: 7, oldest: expect.any(Date) } })
    expect(await audit.seal()).toBe(7)
    await audit.record(2)
    expect(await audit.seal()).toBe(2)
    expect(await verifyAudit(audit.db, key)).toEqual({ ...sound, checked: 9 })
    const { rows } = await sql<{ seqs: string[] }>`
      select array_agg(seq::text order by seq) as seqs from audit_chain`.execute(audit.db)
    expect(rows[0]!.seqs).toEqual(Array.from({ length: 9 }, (_, index) => String(index + 1)))
  })

  const columnChanges = auditFactColumns.map(column => {
    const value: Record<string, string> = {
      id: 'gen_random_uuid()',
      timestamp: `timestamp + interval '1 microsecond'`,
      user_id: 'gen_random_uuid()',
      success: 'not success',
      status_code: '404',
      additional_data: `'{"n": 99}'`,
      action: `'session.end'`,
      service_name: `'other'`,
    }
    return [column, value[column] ?? `coalesce(${column}, '') || 'x'`] as const
  })

  test('shows a change of any column of any row', async () => {
    await audit.record(5)
    await audit.seal()
    for (const [column, value] of columnChanges) {
      const id = await rowAt(3)
      await audit.tamper(`create table kept as select * from audit_logs where id = '${id}'`)
      await audit.tamper(
        column === 'id'
          ? `with new as (update audit_logs set id = ${value} where id = '${id}' returning id)
             update audit_chain set audit_id = new.id from new where audit_id = '${id}'`
          : `update audit_logs set ${column} = ${value} where id = '${id}'`,
      )
      expect(await verifyAudit(audit.db, key), column).toMatchObject({
        ok: false,
        checked: 2,
        broken: { seq: '3', auditId: await rowAt(3), reason: 'row altered' },
      })
      await audit.tamper(
        `update audit_chain set audit_id = '${id}' where seq = 3; delete from audit_logs where id = '${await rowAt(3)}'`,
      )
      await audit.tamper('insert into audit_logs select * from kept; drop table kept')
      await audit.tamper('delete from audit_unsealed')
      expect(await verifyAudit(audit.db, key), column).toMatchObject({ ok: true, checked: 5 })
    }
  })

  test('shows a row that was moved to another era', async () => {
    await audit.record(3)
    await audit.seal()
    const change = `
      update audit_logs set timestamp = (to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || 'Z BC')::timestamptz
      where id = '${await rowAt(2)}'`
    await expect(audit.tamper(change)).rejects.toMatchObject({ code: '23514' })
    await audit.tamper(`alter table audit_logs drop constraint audit_logs_timestamp_check; ${change}`)
    expect(await verifyAudit(audit.db, key)).toMatchObject({ broken: { seq: '2', reason: 'row altered' } })
  })

  test('shows a row that is gone, a link that is gone, two that changed places, and another key', async () => {
    await audit.record(6)
    await audit.seal()
    expect(await verifyAudit(audit.db, 'another key of at least 32 letters')).toMatchObject({
      ok: false,
      broken: { seq: '1', reason: 'row altered' },
    })
    const [second, third, fifth] = [await rowAt(2), await rowAt(3), await rowAt(5)]
    await audit.tamper(`delete from audit_logs where id = '${fifth}'`)
    expect(await verifyAudit(audit.db, key)).toMatchObject({
      checked: 4,
      broken: { seq: '5', auditId: fifth, reason: 'row gone' },
    })
    await audit.tamper('delete from audit_chain where seq = 4')
    expect(await verifyAudit(audit.db, key)).toMatchObject({
      ok: false,
      checked: 3,
      broken: { seq: '5', reason: 'gap' },
      unsealed: { count: 1 },
    })
    await audit.tamper(`
      alter table audit_chain drop constraint audit_chain_audit_id_key;
      update audit_chain set audit_id = case seq when 2 then '${third}'::uuid else '${second}'::uuid end
      where seq in (2, 3)`)
    expect(await verifyAudit(audit.db, key)).toMatchObject({ broken: { seq: '2', reason: 'row altered' } })
  })

  test('that was cut off at its end does not hold the head that was kept', async () => {
    await audit.record(4)
    await audit.seal()
    const head = signHead(key, (await lastLink(audit.db))!, new Date(0))
    expect(await verifyAudit(audit.db, key, { head })).toEqual({ ...sound, checked: 4, head: 'held' })
    await audit.record(1)
    await audit.seal()
    expect(await verifyAudit(audit.db, key, { head })).toMatchObject({ ok: true, head: 'held' })
    await audit.tamper(`
      create table cut as select audit_id from audit_chain where seq > 3;
      delete from audit_chain where seq > 3; delete from audit_logs where id in (select audit_id from cut)`)
    expect(await verifyAudit(audit.db, key)).toEqual({ ...sound, checked: 3 })
    expect(await verifyAudit(audit.db, key, { head })).toMatchObject({ ok: false, head: 'cut' })
    await audit.record(2)
    await audit.seal()
    expect(await verifyAudit(audit.db, key, { head })).toMatchObject({
      ok: false,
      broken: null,
      head: 'other',
    })
    for (const forged of [
      '',
      'va-audit-head-1',
      head.replace('.4.', '.3.'),
      `${head}0`,
      signHead(`${key}x`, chainStart, new Date()),
    ])
      await expect(verifyAudit(audit.db, key, { head: forged })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        field: 'head',
      })
  })

  test('that is broken before the head still says whether the head is held', async () => {
    await audit.record(4)
    await audit.seal()
    const head = signHead(key, (await lastLink(audit.db))!, new Date(0))
    await audit.tamper(`update audit_logs set endpoint = 'x' where id = '${await rowAt(2)}'`)
    expect(await verifyAudit(audit.db, key, { head })).toMatchObject({
      ok: false,
      broken: { seq: '2' },
      head: 'held',
    })
  })

  test('goes on when rows that it holds come into the queue again', async () => {
    await audit.record(2)
    await audit.seal()
    await audit.db
      .insertInto('audit_unsealed')
      .expression(audit.db.selectFrom('audit_logs').select('id'))
      .execute()
    await audit.record(1)
    await audit.seal()
    expect(await verifyAudit(audit.db, key)).toEqual({ ...sound, checked: 3 })
  })

  test('of another key is refused at the start; a row that was tampered with is no reason to stay down', async () => {
    await checkAuditKey(audit.db, key)
    await audit.record(1)
    await audit.seal()
    await checkAuditKey(audit.db, key)
    await audit.record(2)
    await audit.seal()
    await checkAuditKey(audit.db, key)
    await expect(checkAuditKey(audit.db, `${key}!`)).rejects.toMatchObject({ code: 'AUDIT_KEY_MISMATCH' })
    await audit.tamper(`update audit_logs set endpoint = 'x' where id = '${await rowAt(3)}'`)
    await checkAuditKey(audit.db, key)
    await audit.tamper('delete from audit_chain where seq = 1')
    await expect(checkAuditKey(audit.db, key)).rejects.toMatchObject({ code: 'AUDIT_KEY_MISMATCH' })
  })
})

test('no two rows have one link: what moves from field to field shows', () => {
  const link = (...facts: AuditFacts) => nextLink(key, chainStart, facts).hmac.toString('hex')
  const links = [
    link('ab', 'c'),
    link('a', 'bc'),
    link('abc', ''),
    link('abc', null),
    link('abc'),
    link(null, 'abc'),
  ]
  expect(new Set(links).size).toBe(links.length)
})

test('a head is read back, with its time', () => {
  const head = { seq: 12n, hmac: Buffer.alloc(32, 7) }
  expect(readHead(key, `${signHead(key, head, new Date(5))}\n`)).toEqual({
    ...head,
    at: '1970-01-01T00:00:00.005Z',
  })
})
