import { systemClock } from '@voiceassist/kernel'
import { hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultPoolLimits } from '#src/db/database-pool'
import { openDatabase } from '#src/db/open-database'

const open = (url: string) =>
  openDatabase({ url, limits: { ...defaultPoolLimits, acquireTimeoutMs: 300 }, clock: systemClock })

describe('a server that cannot be used is named with its remedy', () => {
  test.each(['nonsense', 'http://localhost/database', '/var/run/postgresql'])('%s', async url => {
    await expect(open(url)).rejects.toMatchObject({ code: 'CONFIG_INVALID', field: 'DATABASE_URL' })
  })

  test('nobody listens', async () => {
    const error = await open('postgres://user:secret@127.0.0.1:1/database').catch(failure => failure)
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', remedy: expect.stringContaining('Start') })
    expect(JSON.stringify([error.message, error.remedy])).not.toContain('secret')
  })
})

describe.skipIf(!hasServer())('on a server', () => {
  let temp: TempDatabase
  let url: string
  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'server', migrated: false })
    url = (temp.location as { url: string }).url
  })
  afterAll(() => temp?.close())

  test('a database that does not exist is told from a server that does not answer', async () => {
    const missing = new URL(url)
    missing.pathname = '/no_such_database'
    const error = await open(missing.href).catch(failure => failure)
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', remedy: expect.stringContaining('Create') })
  })

  test('the description names server and database, and no password', async () => {
    const secret = new URL(url)
    secret.password = 'a-secret'
    const { description, kind, close } = await open(secret.href)
    expect(kind).toBe('server')
    expect(description).toContain(`${secret.hostname}:${secret.port}${secret.pathname}`)
    expect(description).not.toContain('a-secret')
    await close()
  })

  test('closing ends the connections also when only the pool was used', async () => {
    const { pool, close } = await open(url)
    await pool.query('select 1')
    await close()
    expect(pool.totalCount).toBe(0)
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  })

  test('a server with too few connections left says so', async () => {
    const { pool, close } = await open(url)
    const database = new URL(url).pathname.slice(1)
    const role = `${database}_role`
    await pool.query(`alter database "${database}" connection limit 0`)
    await pool.query(`create role "${role}" login`)
    try {
      const limited = new URL(url)
      limited.username = role
      await expect(open(limited.href)).rejects.toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        remedy: expect.stringContaining('max_connections'),
      })
    } finally {
      await pool.query(`drop role "${role}"`)
      await close()
    }
  })
})
