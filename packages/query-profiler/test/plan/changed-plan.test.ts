import { FakeClock, hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AutoExplain } from '#src/plan/auto-explain'
import { PlanHistory } from '#src/plan/plan-history'
import { ServerExplainer } from '#src/plan/server-explainer'
import { eventsOf, statement } from './statements.js'

const text = 'select id from people where email = $1'
const query = statement('f', { sql: text })

describe.skipIf(!hasServer())('an index that is dropped', () => {
  let temp: TempDatabase
  let url: string
  let client: pg.Client

  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'server', migrated: false })
    url = 'url' in temp.location ? temp.location.url : ''
    client = new pg.Client(url)
    await client.connect()
    await client.query(
      "create table people as select i as id, 'p' || i as email from generate_series(1, 200000) i",
    )
    await client.query('create index people_email on people (email)')
    await client.query('analyze people')
  })
  afterAll(async () => {
    await client.end()
    await temp.close()
  })

  test.each([{ withValues: true }, { withValues: false }])(
    'shows as a changed plan that is slower: %j',
    async ({ withValues }) => {
      await client.query('create index if not exists people_email on people (email)')
      const clock = new FakeClock()
      const history = new PlanHistory(clock)
      const connect = async () => {
        const own = new pg.Client(url)
        await own.connect()
        return own as never
      }
      const explainer = new ServerExplainer({ connect, clock })
      const found = history.found.bind(history)
      const auto = new AutoExplain({
        explainer,
        clock,
        analyze: false,
        isBusy: () => false,
        found,
        random: () => 0,
      })
      const run = async (times: number) => {
        for (let n = 0; n < times; n++) {
          const values = [`p${n}-CANARY`]
          const startedAtMs = performance.now()
          await client.query(text, values)
          if (history.executed(query, performance.now() - startedAtMs)) {
            auto.offer({ statement: query, text, ...(withValues && { values }) }, 'changed')
          }
        }
        await clock.advance(2000)
        await auto.drain()
      }
      const events = await eventsOf(async () => {
        await run(64)
        await client.query('drop index people_email')
        await clock.advance(3_600_000)
        await run(32)
        await run(3)
      })
      expect(events).toMatchObject([
        { kind: 'explain', outcome: 'planned' },
        { kind: 'plan-changed', slower: true },
        { kind: 'explain', outcome: 'planned' },
      ])
      expect(history.changes()).toMatchObject([
        {
          before: {
            plan: { Plan: { 'Node Type': 'Index Scan', 'Index Name': 'people_email' } },
            medianMs: expect.any(Number),
          },
          after: {
            plan: { Plan: { 'Node Type': expect.stringMatching(/Seq Scan|Gather/) } },
            generic: !withValues,
          },
          slower: true,
        },
      ])
      expect(JSON.stringify([events, history.changes(), history.records()])).not.toContain('CANARY')
      await auto.close()
      await explainer.close()
    },
  )
})
