import { describeDatabases, hasServer } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner } from '#src/db/gateway-role'
import { migrateUp } from '#src/db/migrate'
import { AuditFixture } from './audit-fixture.js'

const changes = [
  `update audit_logs set action = 'x'`,
  'delete from audit_logs',
  'update audit_chain set seq = seq + 1',
  'delete from audit_chain',
]
const truncations = ['truncate audit_chain', 'truncate audit_logs cascade']

describeDatabases('audit rows', kind => {
  let audit: AuditFixture
  beforeAll(async () => {
    audit = await AuditFixture.create(kind)
    await audit.record(3)
    await audit.seal()
  })
  afterAll(() => audit?.close())

  const byOwner = (statement: string) =>
    audit.db
      .connection()
      .execute(connection => asOwner(connection, () => sql.raw(statement).execute(connection)))

  test.each([...changes, ...truncations])('are only added, even by their owner: %s', async statement => {
    await expect(byOwner(statement)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('audit rows are only ever added'),
    })
  })
})

describe.skipIf(!hasServer())('the role that the gateway takes on a server', () => {
  let audit: AuditFixture
  beforeAll(async () => {
    audit = await AuditFixture.create('server')
    await audit.record(1)
    await audit.seal()
  })
  afterAll(() => audit?.close())

  test('is not the tables’ owner and has no right to change audit rows, triggers or not', async () => {
    const { rows } = await audit.database.pool.query('select current_user as me, session_user as login')
    expect(rows[0].me).toMatch(/^voiceassist_gateway_/)
    expect(rows[0].login).not.toMatch(/^voiceassist_gateway/)
    for (const statement of [
      ...changes,
      ...truncations,
      'alter table audit_logs disable trigger user',
      'drop table audit_logs cascade',
    ])
      await expect(audit.database.pool.query(statement), statement).rejects.toMatchObject({
        code: '42501',
        message: expect.stringMatching(/permission denied|must be owner/),
      })
    await expect(audit.database.pool.query('delete from kysely_migration')).rejects.toMatchObject({
      code: '42501',
    })
  })

  test('is taken again by connections that were open before it had its rights', async () => {
    const database = await audit.temp.open()
    const owner = await database.pool.connect()
    await owner.query('reset role')
    owner.release()
    database.pool.replaceConnections()
    const { rows } = await database.pool.query('select current_user as me')
    expect(rows[0].me).toMatch(/^voiceassist_gateway_/)
  })

  test('has its rights on tables of later migrations', async () => {
    await migrateUp(audit.db, {
      embedder: { model: 'hashing', dimensions: 8 },
      concurrently: true,
      clock: { sleep: async () => {} } as never,
    })
    await audit.tamper('create table later (id int)')
    await audit.database.pool.query('insert into later values (1)')
  })
})
