import { FakeClock, hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AutoExplain } from '#src/plan/auto-explain'
import { PlanHistory } from '#src/plan/plan-history'
import { ServerExplainer } from '#src/plan/server-explainer'
import { eventsOf, statement } from './statements.js'

/** What a patient is called, in every place that a value can stand. */
const texts: [text: string, values?: unknown[]][] = [
  ["select * from patients where name = 'CANARY' /* CANARY */ -- CANARY"],
  ["select * from patients where name like '%CANARY' and note ilike E'\\\\CANARY%' and id <> 77077"],
  [
    "select * from patients where name = any('{CANARY,b}') or name in ('CANARY', $$CANARY$$) or data @> '{\"a\": \"CANARY\"}'",
  ],
  [
    "select *, 'CANARY' || name from patients where lower(name) = U&'CANARY' order by name || 'CANARY' limit 77077",
  ],
  ["select name || 'CANARY', count(*) from patients group by name || 'CANARY' having max(note) > 'CANARY'"],
  [
    "select * from patients a join patients b on a.name || 'CANARY' = b.note where exists (select from patients c where c.id = a.id + 77077)",
  ],
  [
    "select * from generate_series(1, 77077) g, (values ('CANARY'), ('x')) v(x) where g > 7 and v.x > 'CANARY'",
  ],
  [
    "with recursive r as (select 'CANARY' as x union all select x || 'CANARY' from r where length(x) < 77077) select * from r limit 3",
  ],
  ["select * from patients tablesample bernoulli (50) repeatable (77077) where ctid = '(77077,1)'"],
  [
    "select row_number() over (partition by name || 'CANARY' order by id) from patients where date '1977-07-07' < now()",
  ],
  ['select * from patients where name = $1 and id > $2', ['CANARY', 77077]],
  ['select * from patients where id = $1', ['CANARY']],
  ['select * from patients where data @> $1', ['CANARY{']],
  ["select 'CANARY'::date"],
  ["select 'CANARY'::jsonb ->> 'CANARY'"],
  ["select * from patients where id = 'CANARY'"],
  ["select 'CANARY"],
  ["insert into patients (name) values ('CANARY')"],
  ["select 'CANARY'; select 1"],
  ['select ("CANARY").x'],
  ["select set_config('app.name', 'CANARY', false)"],
  ["select own('CANARY')"],
]

describe.skipIf(!hasServer())('a name of a patient', () => {
  let temp: TempDatabase
  let url: string

  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'server', migrated: false })
    url = 'url' in temp.location ? temp.location.url : ''
    const client = new pg.Client(url)
    await client.connect()
    await client.query('create table patients (id serial primary key, name text, note text, data jsonb)')
    await client.query(
      "insert into patients (name, note) select 'CANARY', 'CANARY ' || i from generate_series(1, 3000) i",
    )
    await client.query('create index on patients (name)')
    await client.query(
      "create function own(x text) returns text stable language plpgsql as $$ begin raise exception 'CANARY %', x using detail = x; end $$",
    )
    await client.query('create view shown as select * from patients where name = own(name)')
    await client.query('analyze')
    await client.end()
  })
  afterAll(() => temp.close())

  test.each([{ analyze: false }, { analyze: true }])(
    'leaves the explainer by no way: %j',
    async ({ analyze }) => {
      const clock = new FakeClock()
      const history = new PlanHistory(clock)
      const connect = async () => {
        const own = new pg.Client({ connectionString: url, application_name: 'CANARY' })
        await own.connect()
        return own as never
      }
      const explainer = new ServerExplainer({ connect, clock })
      const found = history.found.bind(history)
      const auto = new AutoExplain({ explainer, clock, analyze, isBusy: () => false, found, random: () => 0 })
      const output = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
      const results: unknown[] = []
      const events = await eventsOf(async () => {
        for (const [at, [text, values]] of [
          ...texts,
          ["select own('CANARY') from shown"] as [string],
        ].entries()) {
          const known = statement(`f${at}`, { sql: 'select ?' })
          for (const why of ['slow', 'changed'] as const) {
            await clock.advance(3_600_000)
            auto.offer({ statement: known, text, ...(values && { values }) }, why)
            await clock.advance(0)
            await auto.drain()
            results.push(await explainer.explain({ sql: text, analyze }))
            for (let n = 0; n < 5; n++) history.executed(known, 5)
          }
        }
      })
      const written = output.flatMap(spy => spy.mock.calls.map(call => String(call[0])))
      for (const spy of output) spy.mockRestore()
      const everything = JSON.stringify([events, results, history.records(), history.changes(), written])
      expect(history.records().length).toBeGreaterThanOrEqual(10)
      expect(results.filter(result => 'skipped' in (result as object)).length).toBeGreaterThan(10)
      expect(everything).not.toMatch(/CANARY|77077|1977/)
      await auto.close()
      await explainer.close()
    },
  )
})
