import { canStartPostgres } from '@voiceassist/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CliServer, shopWorkload, startCliServer } from './cli-server.js'
import { canary, expectReadable, runCli } from './run-cli.js'

const byOrder = /^CREATE INDEX CONCURRENTLY order_lines_order_id_idx ON public\.order_lines \(order_id\);$/m

describe.skipIf(!canStartPostgres())('the commands on a server with all that helps', () => {
  let server: CliServer
  let shop: string
  let workload: string
  let before: string
  beforeAll(async () => {
    server = await startCliServer(
      { settings: { shared_preload_libraries: 'pg_stat_statements' } },
      'create extension hypopg; create extension pg_stat_statements',
    )
    shop = server.url('shop')
    workload = server.file(shopWorkload(canary))
    await server.run('shop', 'create index orders_a on orders (created_at)')
    await server.run('shop', 'create index orders_b on orders (created_at)')
    await server.run('shop', 'delete from order_lines where order_id = 1', 'delete from orders where id = 1')
    for (let n = 0; n < 20; n++)
      await server.run('shop', `select * from users where email = '${canary}${n}@example.org'`)
  })
  afterAll(() => server?.close())
  beforeEach(async () => {
    before = await server.contentOf('shop')
  })
  afterEach(async () => {
    expect(await server.contentOf('shop')).toBe(before)
  })

  test('advise from pg_stat_statements', async () => {
    const run = await runCli(['advise', shop])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/^CREATE INDEX CONCURRENTLY users_email_idx ON public\.users \(email\);$/m)
    expect(run.out).toMatch(/^ {3}undo {7}DROP INDEX CONCURRENTLY public\.users_email_idx$/m)
    expect(run.out).toContain('with hypothetical indexes (HypoPG)')
    expect(run.out).toContain('The workload is of less than a day')
    expect(run.err).toMatch(/^Looking at PostgreSQL \d+.*, shop on 127\.0\.0\.1$/m)
    expectReadable(run)
  })

  test('advise from a file, half of which is of no use', async () => {
    const run = await runCli(['advise', shop, '--workload', workload])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(byOrder)
    expect(run.out).toContain('1 statement was left out: PostgreSQL’s parser refuses it')
    expect(run.out).toContain('1 statement was left out: It reads no table of this database')
    expect(run.out).toContain('1 statement was left out: It inserts rows')
    expectReadable(run)
  })

  test('the budget holds', async () => {
    const run = await runCli(['advise', shop, '--workload', workload, '--budget', '1MB', '--json'])
    expect(JSON.stringify(run.json.indexes)).toContain('users_email_idx')
    expect(JSON.stringify(run.json.indexes)).not.toContain('order_lines_order_id_idx')
    expect(run.json.notes).toContain('Of foreign keys without an index, 1 left out: beyond the budget')
  })

  test('advise --verify measures on the copy, and leaves it as it was', async () => {
    const copyBefore = await server.contentOf('copy')
    const run = await runCli(['advise', shop, '--workload', workload, '--verify', server.url('copy')])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(byOrder)
    expect(run.out).toMatch(/New index on public\.order_lines \(confidence: measured\)/)
    expect(run.out).toMatch(/helps {6}measured [\d.]+ -> [\d.]+ ms/)
    expect(await server.contentOf('copy')).toBe(copyBefore)
    expectReadable(run)
  })

  test('advise --json is one document', async () => {
    const { code, json } = await runCli(['advise', shop, '--workload', workload, '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({
      database: expect.stringMatching(/^PostgreSQL .*, shop on 127\.0\.0\.1$/),
      workload: { source: 'file', statements: 4, days: 7 },
      whatIf: 'hypopg',
      indexes: expect.arrayContaining([
        expect.objectContaining({
          action: 'create',
          table: 'public.order_lines',
          helped: [expect.anything()],
        }),
        expect.objectContaining({ action: 'drop', table: 'public.orders' }),
      ]),
      workloadCost: { before: expect.any(Number), after: expect.any(Number) },
    })
  })

  test('indexes: the duplicate, and the foreign key without an index', async () => {
    const run = await runCli(['indexes', shop])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/^1 index to create, 1 to drop\.$/m)
    expect(run.out).toMatch(/^DROP INDEX CONCURRENTLY public\.orders_a;$/m)
    expect(run.out).toMatch(byOrder)
    expect(run.out).toContain('Unused indexes were not looked for')
    expectReadable(run)
    const { json } = await runCli(['indexes', shop, '--json'])
    expect(json).toMatchObject({ database: expect.any(String), indexes: { length: 2 }, notes: { length: 1 } })
  })

  test('top: most time first', async () => {
    const run = await runCli(['top', shop, '--limit', '4'])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/^ *share +total +calls +mean +rows\/call +statement$/m)
    expectReadable(run)
    const { json } = await runCli(['top', shop, '--json', '--limit', '1000'])
    const statements = json.statements as { sql: string; calls: number; totalMs: number }[]
    expect(statements).toContainEqual(
      expect.objectContaining({ sql: 'select * from users where email = $1', calls: 20 }),
    )
    const times = statements.map(({ totalMs }) => totalMs)
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })

  const query = `select * from orders where details @> '{"ref": 7, "name": "${canary}"}' -- ${canary}`

  test('explain: a query from standard input is planned', async () => {
    const run = await runCli(['explain', shop], { input: query })
    expect(run.code).toBe(0)
    expect(run.out).toContain('Seq Scan on orders')
    expect(run.out).toContain('It was not run: costs and rows are estimates.')
    expect(run.out).toContain('With --analyze the query is run')
    expectReadable(run)
  })

  test('explain --analyze: a query from a file is run, and the rules speak', async () => {
    const run = await runCli(['explain', shop, '--analyze', '--file', server.file(query)])
    expect(run.code).toBe(0)
    expect(run.out).toMatch(/execution [\d.]+ ms/)
    expect(run.out).toMatch(/^1\. .*selective-seq-scan/m)
    expectReadable(run)
    const told = await runCli(['explain', shop, '--analyze', '--json'], { input: query })
    expect(told.json).toMatchObject({
      sql: 'select * from orders where details @> $1',
      fingerprint: expect.stringMatching(/^\w+$/),
      generic: false,
      plan: { analyzed: true },
      findings: [expect.objectContaining({ rule: 'selective-seq-scan', estimateOnly: false })],
      notes: [],
    })
  })

  test('explain: placeholders get a plan for any values, which is not run', async () => {
    const run = await runCli(['explain', shop, '--analyze'], { input: 'select * from users where id = $1' })
    expect(run.code).toBe(0)
    expect(run.out).toContain('A plan for any values')
    expect(run.out).toContain('It was planned, not run')
  })

  test('DATABASE_URL, and the variables of pg, stand for the URL', async () => {
    const { hostname, port } = new URL(shop)
    const own = { PGHOST: hostname, PGPORT: port, PGUSER: 'postgres', PGDATABASE: 'shop' }
    for (const environment of [{ DATABASE_URL: shop }, own])
      expect(await runCli(['indexes'], { environment })).toMatchObject({
        code: 0,
        err: expect.stringContaining(', shop on'),
      })
  })
})
