import { canStartPostgres } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliServer, shopWorkload, startCliServer } from './cli-server.js'
import { canary, expectReadable, runCli } from './run-cli.js'

describe('what was asked for in the wrong way', () => {
  test('nothing: the usage, as an error', async () => {
    const run = await runCli([])
    expect(run).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage:') })
    expectReadable(run)
  })

  test('--help: the usage', async () => {
    expect(await runCli(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage:'),
      err: '',
    })
  })

  const secret = `postgres://u:${canary}@127.0.0.1:1/x`
  test.each([
    ['no such command', [secret]],
    ['one URL too many', ['top', secret, secret]],
    ['an option of another command', ['top', '--verify', secret]],
    ['no such option', ['top', `--verfy=${secret}`]],
    ['a URL that is none', ['top', `postgres://u:${canary}#@h/x`]],
    ['no such file', ['advise', secret, '--workload', '/none.sql']],
    ['no such query', ['explain', secret, '--file', '/none.sql']],
  ])('%s', async (_, args) => {
    const run = await runCli(args)
    expect(run).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^voiceassist-profiler: .*\n/) })
    expect(run.err.replaceAll(/\s+/g, ' ')).toMatch(/\(PROFILER_OPTION_INVALID\) \S.*\. $/)
    expectReadable(run)
  })

  test.each([
    ['nothing that listens', `postgres://u:${canary}@127.0.0.1:1/x`, 'Nothing listens on 127.0.0.1:1'],
    ['no such host', `postgres://u:${canary}@no-such-host.invalid/x`, 'no-such-host.invalid'],
  ])('%s', async (_, url, words) => {
    const run = await runCli(['top', url, '--json'])
    expect(run).toMatchObject({ code: 1, out: '', err: expect.stringContaining(words) })
  })
})

describe.skipIf(!canStartPostgres())('failures on a server', () => {
  let server: CliServer
  let shop: string
  let workload: string
  beforeAll(async () => {
    server = await startCliServer({}, '')
    shop = server.url('shop')
    workload = server.file(shopWorkload(canary))
    await server.run('shop', `create role locked login password '${canary}'`, 'create role reader login')
    await server.run('shop', 'grant select on users to reader')
    const { rows } = await server.run('shop', 'show hba_file')
    const hba = `values ('host all locked all scram-sha-256'), ('host all all all trust')`
    await server.run('shop', `copy (${hba}) to '${rows[0].hba_file}'`, 'select pg_reload_conf()')
  })
  afterAll(() => server?.close())

  /** On one line. */
  const failed = async (args: readonly string[], input?: string) => {
    const run = await runCli(args, input === undefined ? {} : { input })
    expect(run).toMatchObject({ code: 1, out: '' })
    expectReadable(run)
    return run.err.replaceAll(/\s+/g, ' ')
  }

  test('a wrong password, or none', async () => {
    const url = new URL(server.url('shop', 'locked'))
    expect(await failed(['top', url.href])).toMatch(
      /asks for the password of locked, and none was given.*PGPASSWORD/,
    )
    url.password = `${canary}-wrong`
    expect(await failed(['top', url.href])).toMatch(/refuses the password of locked.*Check user and password/)
  })

  test('no such database', async () => {
    expect(await failed(['top', server.url('none')])).toMatch(/has no database none\..*Check/)
  })

  test.each(['advise', 'top'])('%s without pg_stat_statements says how to have it', async command => {
    expect(await failed([command, shop])).toMatch(
      /pg_stat_statements is not in this database.*shared_preload_libraries.*--workload FILE\.sql/,
    )
  })

  test('pg_stat_statements that was not loaded', async () => {
    await server.run('shop', 'create extension pg_stat_statements')
    for (const command of ['advise', 'top'])
      expect(await failed([command, shop])).toMatch(/cannot be read.*Load it by shared_preload_libraries/)
    await server.run('shop', 'drop extension pg_stat_statements')
  })

  test.each([
    ['empty', '', /holds no statement/],
    ['of comments', '-- nothing', /holds no statement/],
    ['that does not end', `select '${canary}`, /a string or comment does not end/],
    ['that is no SQL', `selct '${canary}';`, /holds no statement that could be read/],
  ])('a workload %s', async (_, text, words) => {
    expect(await failed(['advise', shop, '--workload', server.file(text)])).toMatch(words)
  })

  test('--verify on the database itself, or on one that is no copy', async () => {
    const args = ['advise', shop, '--workload', workload, '--verify']
    expect(await failed([...args, shop])).toMatch(/is the advised one itself.*SCRATCH_DATABASE_UNSUITABLE/)
    expect(await failed([...args, server.url('empty')])).toMatch(/has no table public\.users/)
  })

  test('without HypoPG: from statistics, and says so', async () => {
    const run = await runCli(['advise', shop, '--workload', workload])
    expect(run.code).toBe(0)
    expect(run.out).toContain('HypoPG is not installed here')
    expect(run.out).toContain('users_email_idx')
  })

  test('a role that may read little: from what it may read, and says what it may not', async () => {
    const run = await runCli(['advise', server.url('shop', 'reader'), '--workload', workload])
    expect(run.code).toBe(0)
    expect(run.out).toContain('users_email_idx')
    expect(run.out.replaceAll(/\s+/g, ' ')).toMatch(
      /may not read 3 of 4 tables \(public\.order_lines, public\.orders, public\.tenants\).*GRANT/,
    )
    expectReadable(run)
  })

  test('statistics that were never made: ANALYZE is the advice', async () => {
    await server.run(
      'empty',
      'create table notes as select n as id, n % 500 as author from generate_series(1, 50000) n',
    )
    const file = server.file('select * from notes where author = 5;')
    const run = await runCli(['advise', server.url('empty'), '--workload', file])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/^ANALYZE public\.notes;$/m)
    await server.run('empty', 'drop table notes')
  })

  test('an empty database', async () => {
    for (const args of [['indexes'], ['advise', '--workload', workload]]) {
      const run = await runCli([...args, server.url('empty')])
      expect(run).toMatchObject({
        code: 0,
        out: expect.stringContaining('There is no table in this database'),
      })
    }
  })

  test.each([
    ['', 'There is no query to explain'],
    [`delete from users where email = '${canary}'`, 'Only a SELECT is explained'],
    ['select 1; select 2', 'holds 2 statements'],
    ['select * from users for update', 'locks rows'],
    [`selct '${canary}'`, 'not a statement of PostgreSQL'],
    ['select * from nowhere', 'one of its tables is not there'],
    [`select * from users where id = '${canary}'`, 'a constant in it is not of the type'],
  ])('explain %j is refused, with the reason', async (sql, words) => {
    expect(await failed(['explain', shop], sql)).toContain(words)
  })

  test('an error in the middle of a query tells no value', async () => {
    const run = await runCli(['explain', shop, '--analyze'], {
      input: `select ('${canary}' || email)::int from users`,
    })
    expect(run.code).toBe(0)
    expect(run.out).toContain('It was planned, not run')
  })
})
