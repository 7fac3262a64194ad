import { expect, test } from 'vitest'
import { auditIndexes } from '#src/advice/audit-indexes'
import type { IndexFacts, TableFacts } from '#src/advice/catalog-facts'
import { indexFacts, tableFacts } from './table-facts.js'

function audit(
  indexes: readonly IndexFacts[],
  more: Partial<TableFacts> = {},
  counterDays: number | null = 90,
): string[] {
  const table = tableFacts('public.t', { a: 'integer', b: 'integer', c: 'text' }, { indexes, ...more })
  const found = auditIndexes({ catalog: { tables: new Map([['public.t', table]]) }, counterDays })
  return found.map(advice => `${advice.action} ${advice.ddl.split('.').at(-1)} ${advice.confidence}`)
}

test('drops what another begins with, and one of two equal ones', () => {
  expect(audit([indexFacts('one', ['a']), indexFacts('two', ['a', 'b'])])).toEqual(['drop one medium'])
  expect(audit([indexFacts('one', ['a', 'b']), indexFacts('two', ['a', 'b'])])).toEqual(['drop one high'])
  expect(audit([indexFacts('one', ['a desc', 'b desc']), indexFacts('two', ['a', 'b'])])).toEqual([
    'drop one high',
  ])
})

test.each<[string, IndexFacts, IndexFacts]>([
  ['another first column', indexFacts('one', ['b']), indexFacts('two', ['a', 'b'])],
  ['half turned', indexFacts('one', ['a', 'b desc']), indexFacts('two', ['a', 'b'])],
  ['a predicate', indexFacts('one', ['a']), indexFacts('two', ['a', 'b'], { predicate: 'b > 1' })],
  ['unique', indexFacts('one', ['a'], { isUnique: true }), indexFacts('two', ['a', 'b'])],
  ['a constraint', indexFacts('one', ['a'], { isConstraint: true }), indexFacts('two', ['a', 'b'])],
  ['replica identity', indexFacts('one', ['a'], { isReplicaIdentity: true }), indexFacts('two', ['a', 'b'])],
  ['clustered', indexFacts('one', ['a'], { isClustered: true }), indexFacts('two', ['a', 'b'])],
  ['a part of another', indexFacts('one', ['a'], { isPartOfAnother: true }), indexFacts('two', ['a', 'b'])],
  ['another method', indexFacts('one', ['a'], { method: 'hash' }), indexFacts('two', ['a', 'b'])],
  ['included columns', indexFacts('one', ['a'], { included: ['c'] }), indexFacts('two', ['a', 'b'])],
  ['invalid', indexFacts('one', ['a']), indexFacts('two', ['c', 'b'])],
])('keeps an index for %s', (_, one, two) => {
  expect(audit([one, two])).toEqual([])
})

test('another collation or operator class is another index', () => {
  const other = indexFacts('one', ['a'])
  const [key] = other.keys
  if (!key) throw new Error('no key')
  expect(audit([{ ...other, keys: [{ ...key, collation: 'C' }] }, indexFacts('two', ['a', 'b'])])).toEqual([])
  expect(
    audit([
      { ...other, keys: [{ ...key, operatorClass: 'text_pattern_ops' }] },
      indexFacts('two', ['a', 'b']),
    ]),
  ).toEqual([])
})

test('an invalid index is repaired, and makes no other superfluous', () => {
  expect(audit([indexFacts('one', ['a']), indexFacts('two', ['a', 'b'], { isValid: false })])).toEqual([
    'repair two high',
  ])
})

test('an index that nothing reads goes only after long enough, and never one that supports a foreign key', () => {
  const unread = indexFacts('one', ['a'], { scans: 0 })
  expect(audit([unread])).toEqual(['drop one medium'])
  expect(audit([unread], {}, 10)).toEqual([])
  expect(audit([unread], {}, null)).toEqual([])
  expect(audit([{ ...unread, isUnique: true }])).toEqual([])
  expect(audit([{ ...unread, bytes: 8192 }])).toEqual([])
  expect(audit([{ ...unread, scans: 1 }])).toEqual([])
  const foreignKeys = [
    {
      name: 'f',
      columns: ['a'],
      referencedTable: 'public.p',
      referencedColumns: ['id'],
      parentDeletes: 0,
      parentUpdates: 0,
    },
  ]
  expect(audit([unread], { foreignKeys })).toEqual([])
})

test('a drop says how to take it back', () => {
  const table = tableFacts(
    'public.t',
    { a: 'integer' },
    { indexes: [indexFacts('one', ['a'], { scans: 0 })] },
  )
  const [drop] = auditIndexes({ catalog: { tables: new Map([['public.t', table]]) }, counterDays: 90 })
  expect(drop?.howToUndo).toBe('CREATE INDEX CONCURRENTLY one ON public.t USING btree (a)')
})
