import { describeDatabases } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { statisticsState } from '#src/advice/other-advice'
import { readCatalog } from '#src/advice/read-catalog'
import { advisedDatabase } from './advised-database.js'
import { tableFacts } from './table-facts.js'

const mebibyte = 2 ** 20

test.each([
  ['as large as it was', 10, 10, 'fresh'],
  ['a little larger', 10.9, 10, 'fresh'],
  ['larger by a fifth', 12, 10, 'stale'],
  ['small, and larger by a page or two', 0.11, 0.1, 'fresh'],
  ['never seen by VACUUM or ANALYZE', 10, 0, 'fresh'],
] as const)('a table that is %s', (_, now, then, state) => {
  const table = tableFacts(
    'public.t',
    { a: 'integer' },
    { bytes: now * mebibyte, analyzedBytes: then * mebibyte },
  )
  expect(statisticsState(table)).toBe(state)
})

describeDatabases('statistics', kind => {
  test('are old as soon as a table has grown, however late its counters come', async () => {
    const { session, close } = await advisedDatabase(
      kind,
      `create table t (a int);
insert into t select n from generate_series(1, 1000) n;
analyze t;
insert into t select n from generate_series(1, 100000) n;
`,
    )
    const { tables } = await readCatalog(session)
    expect(statisticsState(tables.get('public.t')!)).toBe('stale')
    await session.query('analyze t')
    expect(statisticsState((await readCatalog(session)).tables.get('public.t')!)).toBe('fresh')
    await close()
  })
})
