import { expect, test } from 'vitest'
import { indexChange } from '#src/advice/index-change'

test.each([
  ['CREATE INDEX CONCURRENTLY a ON t (b)', { kind: 'create', sql: 'CREATE INDEX  a ON t (b)' }],
  ['drop index concurrently "s"."concurrently"', { kind: 'drop', sql: 'drop index  "s"."concurrently"' }],
  [`create index on "é" (b) where c = 'concurrently;'`, undefined],
  [
    '-- é\nCREATE INDEX CONCURRENTLY a ON t ((lower(b)));\nANALYZE t',
    { kind: 'create', sql: 'CREATE INDEX  a ON t ((lower(b)))' },
  ],
  ['create index a on t (b); drop table t', null],
  ['drop table t; create index a on t (b)', null],
  ['drop table t', null],
  ['reindex index a', null],
  ['create index a on', null],
] as const)('%s', (ddl, change) => {
  expect(indexChange(ddl)).toEqual(
    change === undefined ? { kind: 'create', sql: ddl } : (change ?? undefined),
  )
})
