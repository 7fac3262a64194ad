import { systemClock } from '@voiceassist/kernel'
import { canStartPostgres, type PostgresServer, startPostgres } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultPoolLimits } from '#src/db/database-pool'
import { gatewayRole } from '#src/db/gateway-role'
import { migrateUp } from '#src/db/migrate'
import { type OpenDatabase, openDatabase } from '#src/db/open-database'

const embedder = { model: 'hashing', dimensions: 8 }

// Roles belong to a whole server: these tests need one that never had this one.
describe.skipIf(!canStartPostgres())('on a server that does not know the gateway’s role', () => {
  let server: PostgresServer
  let administrator: OpenDatabase
  const open = (url: string) => openDatabase({ url, limits: defaultPoolLimits, clock: systemClock })
  beforeAll(async () => {
    server = await startPostgres()
    administrator = await open(server.url)
  }, 120_000)
  afterAll(async () => {
    await administrator?.close()
    await server?.close()
  })

  /** A database of this login's own, as an administrator would hand it over. */
  async function handOver(login: string, rights = ''): Promise<string> {
    const url = new URL(server.url)
    url.pathname = `/of_${login}`
    await administrator.pool.query(`create role ${login} login ${rights}`)
    await administrator.pool.query(`create database of_${login} owner ${login}`)
    const inside = await open(url.href)
    await inside.pool.query('create extension vector; create table public.of_another (id int)')
    await inside.close()
    url.username = login
    return url.href
  }

  async function migrate(url: string): Promise<OpenDatabase> {
    const database = await open(url)
    await migrateUp(database.db, { embedder, concurrently: true, clock: systemClock })
    database.pool.replaceConnections()
    return database
  }

  test('a login that may make roles takes the role, whatever tables others have there', async () => {
    const database = await migrate(await handOver('maker', 'createrole'))
    expect(await gatewayRole(database.db)).toEqual({ name: 'voiceassist_gateway_of_maker', taken: true })
    await database.pool.query(`insert into audit_logs (action, success) values ('session.read', true)`)
    await expect(database.pool.query('delete from audit_logs')).rejects.toMatchObject({
      message: expect.stringContaining('permission denied'),
    })
    await database.close()
  })

  test('a login that has the role of its own database reads nothing of another', async () => {
    const url = new URL(await handOver('neighbour', 'createrole'))
    await (await migrate(url.href)).close()
    url.pathname = '/of_maker'
    const other = await open(url.href)
    await expect(other.pool.query('select * from audit_logs')).rejects.toMatchObject({ code: '42501' })
    await expect(other.pool.query('set role voiceassist_gateway_of_maker')).rejects.toMatchObject({
      code: '42501',
    })
    await other.close()
  })

  test('a database with a long name has a role too', async () => {
    const name = `${'long_'.repeat(12)}x`
    await administrator.pool.query(`create database ${name}`)
    const url = new URL(server.url)
    url.pathname = `/${name}`
    const database = await migrate(url.href)
    expect(await gatewayRole(database.db)).toEqual({
      name: expect.stringMatching(/^voiceassist_gateway_[0-9a-f]{32}$/),
      taken: true,
    })
    await database.close()
  })

  test('a login that may not works without it until an administrator grants it', async () => {
    const url = await handOver('plain')
    const before = await migrate(url)
    expect(await gatewayRole(before.db)).toEqual({ name: 'voiceassist_gateway_of_plain', taken: false })
    await before.pool.query('select count(*) from audit_logs')
    await before.close()
    await administrator.pool.query('create role voiceassist_gateway_of_plain nologin')
    await administrator.pool.query('grant voiceassist_gateway_of_plain to plain')
    const after = await migrate(url)
    expect((await gatewayRole(after.db)).taken).toBe(true)
    await after.close()
  })
})
