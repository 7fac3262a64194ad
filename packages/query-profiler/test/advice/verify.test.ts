import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Advice, IndexAdvice, Workload } from '#src/advice/advice'
import { type AdvisedDatabase as AdvisedFacts, readAdvisedDatabase } from '#src/advice/advised-database'
import { verifyAdvice } from '#src/advice/verify'
import { type AdvisedDatabase, advisedDatabase } from './advised-database.js'

const canary = 'CANARY-4711'

const setup = `
create table patients (id int primary key, name text not null, clinic int not null, score int not null, note text not null);
insert into patients select n, '${canary}-' || n, n % 500, hashint4(n) & 65535, repeat('x', 200) || n || '${canary}'
  from generate_series(1, 40000) n;
analyze patients;
`

const byClinic = 'select count(note) from patients where clinic = $1'
const byScore = 'select sum(clinic) from patients where score > 100'

function workloadOf(...texts: string[]): Workload {
  const queries = texts.map((sql, place) => ({ fingerprint: `f${place}`, sql, calls: 10, meanMs: null }))
  return { queries, days: 1, source: 'file', skipped: [] }
}

/** Of which the planner thinks that each helps the first query. */
function adviceOf(...ddl: string[]): Advice {
  const effect = { fingerprint: 'f0', sql: '', callsPerDay: 10, costBefore: 1000, costAfter: 10, used: true }
  const index = (text: string): IndexAdvice => ({
    action: /drop/i.test(text) ? 'drop' : 'create',
    table: 'public.patients',
    ddl: text,
    reason: '',
    helped: [effect],
    harmed: [],
    bytes: { low: 1, high: 2 },
    writes: { rowsPerDay: null, overhead: 0, lostHotUpdates: 0 },
    redundantWith: [],
    confidence: 'medium',
    confidenceReason: '',
    howToVerify: '',
    howToUndo: '',
  })
  const workloadCost = { before: 1000, after: 10 }
  return { whatIf: 'hypopg', indexes: ddl.map(index), others: [], workloadCost, notes: ['as it was'] }
}

const onClinic = 'CREATE INDEX CONCURRENTLY patients_clinic_idx ON public.patients (clinic)'
const onScore = 'CREATE INDEX CONCURRENTLY patients_score_idx ON public.patients (score)'

describe.skipIf(!hasServer())('verifying advice on a copy', () => {
  let original: AdvisedDatabase
  let copy: AdvisedDatabase
  let advised: AdvisedFacts
  beforeAll(async () => {
    original = await advisedDatabase('server', setup)
    copy = await advisedDatabase('server', setup)
    advised = await readAdvisedDatabase(original.session)
  })
  afterAll(async () => {
    await copy?.close()
    await original?.close()
  })

  /** All that an index, its build or a query could leave behind. */
  async function contents() {
    const { rows } = await copy.session.query(`
      select to_jsonb(array(select (relname, relkind, relfilenode, reltuples)::text from pg_class
          where relnamespace = 'public'::regnamespace order by 1)) as relations,
        to_jsonb(array(select s::text from pg_stats s where schemaname = 'public' order by 1)) as statistics,
        (select md5(string_agg(p::text, '' order by id)) from patients p) as rows,
        current_setting('statement_timeout') as timeout, current_setting('transaction_read_only') as mode`)
    return rows
  }

  test('confirms an index that helps, with its times and its size, and leaves no trace', async () => {
    const before = await contents()
    const steps: string[] = []
    const update = 'update patients set note = $1 where clinic = $2 and score = $3'
    const verified = await verifyAdvice(adviceOf(onClinic), workloadOf(byClinic, update), copy.session, {
      advised,
      onProgress: (done, total, what) => steps.push(`${done} of ${total}: ${what}`),
    })
    const [index] = verified.indexes
    expect(index).toMatchObject({ confidence: 'measured', ddl: onClinic })
    const { beforeMs, afterMs } = index?.helped[0]?.measured ?? { beforeMs: 0, afterMs: 1 }
    expect(afterMs).toBeLessThan(beforeMs)
    expect(index?.confidenceReason).toContain('of 2 queries on its table, 2 faster')
    expect(index?.bytes.low).toBeGreaterThan(100_000)
    expect(verified.notes[0]).toBe('as it was')
    expect(steps).toEqual([
      '1 of 2: trying create of an index on public.patients',
      '2 of 2: trying all together',
    ])
    expect(await contents()).toEqual(before)
  })

  test('leaves out an index that the planner takes for cheaper and that is slower', async () => {
    const lies = ['random_page_cost', 'cpu_index_tuple_cost', 'cpu_operator_cost']
    await copy.run('set enable_bitmapscan = off;\nset max_parallel_workers_per_gather = 0;\n')
    for (const setting of lies) await copy.session.query(`set ${setting} = 0`)
    try {
      const quicker = 'select clinic from patients where score = 77'
      const workload = workloadOf(byScore, byClinic, quicker)
      const verified = await verifyAdvice(adviceOf(onScore, onClinic), workload, copy.session, { advised })
      expect(verified.indexes.map(({ ddl }) => ddl)).toEqual([onClinic])
      const said = verified.notes.find(note => note.endsWith(onScore))
      expect(said).toMatch(/^Left out, since a query took [\d.]+ instead of [\d.]+ ms \(select sum/)
    } finally {
      await copy.session.query('reset all')
    }
  })

  test('leaves out an index that no query uses', async () => {
    const onName = 'CREATE INDEX ON public.patients (name)'
    const verified = await verifyAdvice(adviceOf(onName), workloadOf(byClinic), copy.session, { advised })
    expect(verified.indexes).toEqual([])
    expect(verified.notes.at(-1)).toBe(
      `Left out, since none of its queries was faster beyond noise: ${onName}`,
    )
  })

  test('keeps an index to be dropped only if no query is slower without it', async () => {
    await copy.run(
      'create index used_index on patients (clinic);\ncreate index idle_index on patients (clinic, name);\n',
    )
    const before = await contents()
    try {
      const both = adviceOf(
        'DROP INDEX CONCURRENTLY public.idle_index',
        'DROP INDEX CONCURRENTLY public.used_index',
      )
      const verified = await verifyAdvice(both, workloadOf(byClinic), copy.session, { advised })
      // Either alone is superfluous, since the other serves; without both the query is slow.
      expect(verified.indexes.map(({ ddl }) => ddl)).toEqual(['DROP INDEX CONCURRENTLY public.idle_index'])
      expect(verified.notes.join('\n')).toContain('Left out, since with all others a query took')
      expect(await contents()).toEqual(before)
    } finally {
      await copy.run('drop index used_index, idle_index;\n')
    }
  })

  test('runs no more than what only reads, and says what it did not run', async () => {
    await copy.run(
      'create sequence tickets;\ncreate function own(int) returns int immutable language sql as $$ select $1 $$;\n',
    )
    try {
      const verified = await verifyAdvice(
        adviceOf(onClinic),
        workloadOf(
          byClinic,
          "select nextval('tickets'), clinic from patients where clinic = 1",
          'select pg_advisory_lock(1) from patients where clinic = 1',
          'select own(clinic) from patients where clinic = 1',
          'delete from patients where clinic = 1',
          `select count(*) from patients where clinic = 1 and name::int = 1`,
          'select count(*) from patients where clinic = 1 and (note || name) = $1',
        ),
        copy.session,
        { advised },
      )
      const notRun = verified.notes.filter(note => /^(Not run|Failed)/.test(note))
      expect(notRun).toEqual([
        expect.stringContaining('Function pg_catalog.nextval is volatile'),
        expect.stringContaining('Function pg_catalog.pg_advisory_lock is volatile'),
        expect.stringContaining("Function public.own is this database's own"),
        expect.stringContaining('A placeholder has no typical value'),
        expect.stringContaining('Failed on the copy (SQLSTATE 22P02)'),
      ])
      const { rows } = await copy.session.query(
        'select (select is_called from tickets), (select count(*)::int from patients) as patients',
      )
      expect(rows).toEqual([{ is_called: false, patients: 40_000 }])
    } finally {
      await copy.run('drop sequence tickets;\ndrop function own;\n')
    }
  })

  test('leaves no trace when it is aborted, when an index cannot be built, and when one is there already', async () => {
    const before = await contents()
    const abort = new AbortController()
    const stop = new Error('stop')
    const aborted = verifyAdvice(adviceOf(onClinic, onScore), workloadOf(byClinic), copy.session, {
      advised,
      signal: abort.signal,
      onProgress: done => done === 2 && abort.abort(stop),
    })
    await expect(aborted).rejects.toBe(stop)
    expect(await contents()).toEqual(before)

    const impossible = 'CREATE INDEX CONCURRENTLY ON public.patients (missing)'
    const present = 'CREATE INDEX IF NOT EXISTS patients_pkey ON public.patients (id)'
    const advice = adviceOf(impossible, present, 'REINDEX INDEX CONCURRENTLY public.patients_pkey')
    const verified = await verifyAdvice(advice, workloadOf(byClinic), copy.session, { advised })
    expect(verified.notes.slice(1)).toEqual([
      'Not tried on the copy: REINDEX INDEX CONCURRENTLY public.patients_pkey',
      `Not tried, since the copy refused it (SQLSTATE 42703): ${impossible}`,
      `Not tried, since the copy has such an index: ${present}`,
    ])
    expect(verified.indexes).toEqual(advice.indexes)
    expect(await contents()).toEqual(before)
  })

  test('says no value of a row, of a query or of what a server complains about', async () => {
    const said: unknown[] = []
    const workload = workloadOf(
      'select note from patients where clinic = $1',
      `select note from patients where name = '${canary}-17' and clinic = 3`,
      'select note from patients where name = $1 and clinic = $2',
      `select note from patients where name::int = 4 and clinic = 3 -- ${canary}`,
      `select note from patients where '${canary}'::int = clinic`,
    )
    const advice = adviceOf(onClinic, `CREATE INDEX ON public.patients ((name::int))`)
    const verified = await verifyAdvice(advice, workload, copy.session, {
      advised,
      onProgress: (...step) => said.push(step),
    })
    said.push(verified)
    expect(JSON.stringify(said)).toContain('SQLSTATE 22P02')
    expect(JSON.stringify(said)).not.toContain(canary)

    const failing = {
      query: async (sql: string, values?: readonly unknown[]) => {
        if (/^explain \(analyze/.test(sql))
          throw Object.assign(new Error(`lost with ${canary}`), { detail: canary })
        return copy.session.query(sql, values)
      },
    }
    const error = await verifyAdvice(adviceOf(onClinic), workload, failing as never, { advised }).catch(
      (thrown: Error) => thrown,
    )
    expect(error).toMatchObject({ code: 'DATABASE_UNREADABLE' })
    expect(
      `${(error as Error).message} ${JSON.stringify(error)} ${String((error as Error).cause)}`,
    ).not.toContain(canary)
  })

  test('refuses the advised database itself, and what is no copy of it', async () => {
    const verify = (scratch: AdvisedDatabase) =>
      verifyAdvice(adviceOf(onClinic), workloadOf(byClinic), scratch.session, { advised })
    await expect(verify(original)).rejects.toMatchObject({
      code: 'SCRATCH_DATABASE_UNSUITABLE',
      message: expect.stringContaining('is the advised one itself'),
    })
    const other = await advisedDatabase('server')
    try {
      await expect(verify(other)).rejects.toThrow('has no table public.patients')
      await other.run(setup.replace('40000', '15000').replace('analyze patients;', ''))
      await expect(verify(other)).rejects.toThrow('has no statistics')
      await other.run('analyze patients;\n')
      await expect(verify(other)).rejects.toThrow('has 15000 rows in the scratch database and 40000 in the')
    } finally {
      await other.close()
    }
  })
})
