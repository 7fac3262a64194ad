import { canStartPostgres, eventually } from '@voiceassist/testkit'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CliServer, shopWorkload, startCliServer } from './cli-server.js'
import { canary, runCli } from './run-cli.js'

const waiting = `select from pg_stat_activity
  where application_name = 'voiceassist-profiler' and datname = 'copy' and wait_event_type = 'Lock'`
const connected = `select from pg_stat_activity where application_name = 'voiceassist-profiler'`

describe.skipIf(!canStartPostgres())('interrupted while it verifies', () => {
  let server: CliServer
  let holder: pg.Client
  /** Outside of a transaction, in which the view would stay as it is. */
  let watcher: pg.Client
  beforeAll(async () => {
    server = await startCliServer({}, 'create extension hypopg')
    holder = await server.connect('copy')
    watcher = await server.connect('postgres')
  })
  afterEach(() => holder.query('rollback'))
  afterAll(async () => {
    await holder?.end()
    await watcher?.end()
    await server?.close()
  })

  const args = (database: string) => [
    'advise',
    server.url(database),
    '--workload',
    server.file(shopWorkload(canary)),
    '--verify',
    server.url('copy'),
  ]

  /** Waits for a lock on the copy, where it has built something already. */
  const untilItWaits = async () => {
    await holder.query('begin')
    await holder.query('lock table order_lines in share row exclusive mode')
    return async () => {
      await eventually(async () => {
        expect((await watcher.query(waiting)).rowCount).toBe(1)
      })
    }
  }

  test.each([
    ['shop', 'with HypoPG'],
    ['plain', 'with real indexes on the copy'],
  ])('%s: SIGINT ends it with 130, and nothing is left on the copy (%s)', async database => {
    const before = await server.contentOf('copy')
    const waits = await untilItWaits()
    const run = await runCli(args(database), {
      async meanwhile(child) {
        await waits()
        child.kill('SIGINT')
      },
    })
    expect(run).toMatchObject({
      code: 130,
      out: '',
      err: expect.stringContaining('Stopped; nothing was left'),
    })
    expect(await server.contentOf('copy')).toBe(before)
    await eventually(async () => expect((await watcher.query(connected)).rowCount).toBe(0))
  })

  test('SIGKILL leaves nothing, either', async () => {
    const before = await server.contentOf('copy')
    const waits = await untilItWaits()
    const run = await runCli(args('plain'), {
      async meanwhile(child) {
        await waits()
        child.kill('SIGKILL')
      },
    })
    expect(run.code).toBeNull()
    await holder.query('rollback')
    await eventually(async () => expect((await watcher.query(connected)).rowCount).toBe(0))
    expect(await server.contentOf('copy')).toBe(before)
  })
})
