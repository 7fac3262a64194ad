import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canStartPostgres } from '#src/services/available'
import type { PostgresServer } from '#src/services/postgres-server'
import { startPostgres } from '#src/services/start-postgres'
import { sourceOfRun } from '#src/services/test-run'

const source = sourceOfRun('postgres')

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

describe.skipIf(!canStartPostgres())('a PostgreSQL server of a test', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { work_mem: '7MB' } })
  })
  afterAll(() => server?.close())

  test('has pgvector and the settings asked for', async () => {
    await query(server.url, 'create extension vector')
    const distance = "select '[1,2]'::vector <-> '[1,3]'::vector as distance"
    expect(await query(server.url, distance)).toEqual([{ distance: 1 }])
    expect(await query(server.url, 'show work_mem')).toEqual([{ work_mem: '7MB' }])
  })

  test('keeps its address and what it acknowledged over a restart and a SIGKILL', async () => {
    await query(server.url, 'create table kept (id int)')
    await query(server.url, 'insert into kept values (1)')
    await server.restart()
    await query(server.url, 'insert into kept values (2)')
    await server.kill()
    await expect(query(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
    await server.start()
    expect(await query(server.url, 'select id from kept order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('cuts its clients off when it is killed', async () => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const lost = once(client, 'error')
    const cut = client.query('select pg_sleep(60)').catch((error: unknown) => error)
    await server.kill()
    await lost.catch(() => {})
    expect(await cut).toBeInstanceOf(Error)
    await server.start()
    const left = "select pid from pg_stat_activity where query like 'select pg_sleep%'"
    expect(await query(server.url, left)).toEqual([])
  })

  test.skipIf(source?.kind !== 'local')('does not outlive the process that started it', async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(import.meta.resolve('#src/services/start-postgres'))}
      console.log((await startPostgres()).url)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const [row] = await query(url, 'show data_directory')
    const root = source?.kind === 'local' ? (source.root ?? '/') : '/'
    const folder = dirname(join(root, String(row?.data_directory)))
    expect(existsSync(folder)).toBe(true)
    child.kill('SIGKILL')
    await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false)
    await expect(query(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
  })

  test.skipIf(source?.kind !== 'local')('keeps its data for the next start by its name', async () => {
    const keepAs = `test-${process.pid}`
    const first = await startPostgres({ keepAs })
    await query(first.url, 'create table kept as select 1 as one')
    await expect(startPostgres({ keepAs })).rejects.toThrow('Another PostgreSQL')
    expect(await query(first.url, 'select one from kept')).toEqual([{ one: 1 }])
    await first.close()
    const second = await startPostgres({ keepAs })
    const [{ folder }] = (await query(second.url, "select current_setting('data_directory') as folder")) as [
      { folder: string },
    ]
    expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }])
    await second.close()
    const root = source?.kind === 'local' ? (source.root ?? '') : ''
    rmSync(join(root, dirname(folder)), { recursive: true })
  })
})
