import { hasServer, startPostgres } from '@voiceassist/testkit'
import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { workloadFromFile } from '#src/advice/workload-from-file'
import { workloadFromStatements } from '#src/advice/workload-from-statements'
import { ProfilerError } from '#src/profiler-error'

test('a file of statements, how often each runs, and in how many days', () => {
  const workload = workloadFromFile(`-- days: 7
-- calls: 120
-- mean: 2.5
select * from t where a = 'x;y';
select 1 /* ; */;
-- calls: 3
select 1 /* ; */`)
  expect(workload).toMatchObject({ days: 7, source: 'file', skipped: [] })
  expect(workload.queries.map(({ sql, calls, meanMs }) => [sql, calls, meanMs])).toEqual([
    ["select * from t where a = 'x;y'", 120, 2.5],
    ['select 1 /* ; */', 4, null],
  ])
})

test('what cannot be read is left out, without its text', () => {
  const { queries, skipped } = workloadFromFile('select canary from; select 1;')
  expect(queries).toHaveLength(1)
  expect(skipped).toEqual([{ sql: '', reason: 'PostgreSQL’s parser refuses it' }])
})

test.each([
  ['nothing', ''],
  ['comments alone', '-- canary'],
  ['a string that does not end', "select 'canary"],
])('%s is no workload', (_, text) => {
  const read = () => workloadFromFile(text)
  expect(read).toThrow(ProfilerError)
  expect(read).toThrow(
    expect.objectContaining({ code: 'WORKLOAD_INVALID', message: expect.not.stringContaining('canary') }),
  )
})

test('any text is read or refused with the code', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          'select 1',
          ';',
          "'",
          '"',
          '$1',
          '-- calls: 2\n',
          '/*',
          '*/',
          'é',
          ' ',
          '$$',
          '(',
          '\\',
        ),
      }),
      text => {
        try {
          for (const query of workloadFromFile(text).queries) expect(query.calls).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ code: 'WORKLOAD_INVALID' })
        }
      },
    ),
  )
})

test('without pg_stat_statements: what is missing, and how to get it', async () => {
  const session = { query: async () => ({ rows: [] }) }
  await expect(workloadFromStatements(session)).rejects.toMatchObject({
    code: 'DATABASE_UNREADABLE',
    remedy: expect.stringContaining('shared_preload_libraries'),
  })
})

test.skipIf(!hasServer())('the statements that a server has counted', async () => {
  const server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } })
  const client = new pg.Client({ connectionString: server.url })
  try {
    await client.connect()
    await client.query('create extension pg_stat_statements')
    await client.query('create table t (a int)')
    for (let n = 0; n < 5; n++)
      await client.query(`select * from t where a = ${n} and a > date '2024-01-01' - date '2023-01-01'`)
    const session = {
      query: (sql: string, values?: readonly unknown[]) => client.query(sql, values as unknown[]) as never,
    }
    const { queries, days, source } = await workloadFromStatements(session)
    expect(source).toBe('pg_stat_statements')
    expect(days).toBeGreaterThanOrEqual(0)
    expect(queries.find(({ sql }) => sql.includes('from t where'))).toMatchObject({
      calls: 5,
      meanMs: expect.any(Number),
    })
    expect(queries.some(({ sql }) => /create/i.test(sql))).toBe(false)
  } finally {
    await client.end()
    await server.close()
  }
})
