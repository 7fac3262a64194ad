import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CatalogFacts } from '#src/advice/catalog-facts'
import { readCatalog } from '#src/advice/read-catalog'
import { type AdvisedDatabase, advisedDatabase } from './advised-database.js'

const setup = `
create schema "Odd";
create table parents (id bigint primary key, name text not null);
create table children (id bigint primary key, parent_id bigint references parents, email text, "createdAt" timestamptz, secret text);
create index by_parent on children (parent_id, "createdAt" desc nulls last) include (email) where email is not null;
create index by_lower on children (lower(email) text_pattern_ops);
create index by_collation on children (email collate "C");
create table events (id int, at date) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create index on events (at);
insert into parents select n, 'canary-' || n from generate_series(1, 100) n;
insert into children select n, n % 100 + 1, 'canary-' || n, now(), 'canary' from generate_series(1, 1000) n;
insert into events select n, '2024-02-02' from generate_series(1, 500) n;
analyze;
create table "Odd"."Things" (id int);
`

describeDatabases('readCatalog', kind => {
  let database: AdvisedDatabase
  let catalog: CatalogFacts
  beforeAll(async () => {
    database = await advisedDatabase(kind, setup)
    catalog = await readCatalog(database.session)
  })
  afterAll(() => database.close())
  const table = (name: string) => {
    const found = catalog.tables.get(name)
    if (!found) throw new Error(`no ${name}`)
    return found
  }

  test('names tables with their schema, without the system’s', () => {
    expect([...catalog.tables.keys()].sort()).toEqual([
      'Odd.Things',
      'public.children',
      'public.events',
      'public.events_2024',
      'public.parents',
    ])
  })

  test('tells sizes and columns as numbers', () => {
    const children = table('public.children')
    expect(children).toMatchObject({ kind: 'r', rows: 1000, changedSinceAnalyze: expect.any(Number) })
    expect(children.bytes).toBeGreaterThan(8192)
    expect(children.columns.get('createdAt')).toMatchObject({ type: 'timestamp with time zone' })
    expect(children.columns.get('parent_id')).toMatchObject({ distinct: 100, nullShare: 0, isNotNull: false })
    expect(table('Odd.Things')).toMatchObject({ rows: -1, lastAnalyzedAt: null })
  })

  test('tells what an index is made of', () => {
    const byName = new Map(table('public.children').indexes.map(index => [index.name, index]))
    expect(byName.get('by_parent')).toMatchObject({
      keys: [
        { text: 'parent_id', isExpression: false, isDescending: false, nullsFirst: false },
        { text: 'createdAt', isDescending: true, nullsFirst: false, operatorClass: '' },
      ],
      included: ['email'],
      predicate: 'email IS NOT NULL',
      method: 'btree',
      isUnique: false,
      isValid: true,
    })
    expect(byName.get('by_lower')?.keys).toMatchObject([
      { text: 'lower(email)', isExpression: true, operatorClass: 'text_pattern_ops', collation: '' },
    ])
    expect(byName.get('by_collation')?.keys).toMatchObject([{ text: 'email', collation: 'C' }])
    expect(byName.get('children_pkey')).toMatchObject({ isPrimary: true, isConstraint: true })
  })

  test('tells foreign keys', () => {
    expect(table('public.children').foreignKeys).toMatchObject([
      { columns: ['parent_id'], referencedTable: 'public.parents', referencedColumns: ['id'] },
    ])
  })

  test('adds up the partitions of a table', () => {
    expect(table('public.events')).toMatchObject({ kind: 'p', rows: 500 })
    expect(table('public.events_2024').indexes[0]).toMatchObject({ isPartOfAnother: true })
  })

  test('reads no value of a row, nor of the statistics', () => {
    const seen = JSON.stringify(
      [...catalog.tables.values()].map(one => ({ ...one, columns: [...one.columns] })),
    )
    expect(seen).not.toContain('canary')
  })

  test('reads only what it is asked for', async () => {
    const { tables } = await readCatalog(database.session, {
      schemas: ['public'],
      tables: ['public.parents', 'children'],
    })
    expect([...tables.keys()].sort()).toEqual(['public.children', 'public.parents'])
  })
})

test('a database that cannot be read is named so, with a remedy', async () => {
  const session = { query: () => Promise.reject(new Error('canary')) }
  await expect(readCatalog(session)).rejects.toMatchObject({
    code: 'DATABASE_UNREADABLE',
    remedy: expect.any(String),
  })
})
