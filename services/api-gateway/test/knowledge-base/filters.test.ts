import { describeDatabases } from '@voiceassist/testkit'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentCondition, matchesFilters } from '#src/repositories/kb-filters'
import type { SearchFilters } from '#src/services/search-port'
import { type KnowledgeBase, openKnowledgeBase } from './knowledge-base-fixture.js'

const seed = 7
const keys = ['a', 'b', '__proto__', 'with "quotes"', 'ü.'] as const
const scalars = [0, 1, -1.5, 1e21, '1', '', 'true', 'x"\\', 'é', true, false, '{"a":1}', '\u{1f600}'] as const
/** No document can hold these. */
const impossible = ['a\0b', '\ud800', Number.NaN, Number.POSITIVE_INFINITY] as const

const scalar = fc.constantFrom(...scalars)
const wanted = fc.constantFrom(...scalars, ...impossible)
const metadata = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...keys), scalar), { selector: ([key]) => key, maxLength: 4 })
  .map(pairs => Object.fromEntries(pairs))
const id = (n: number) => `0000000a-0000-4000-8000-${String(n).padStart(12, '0')}`

const filters = (count: number) =>
  fc.record(
    {
      sourceType: fc.oneof(
        fc.constantFrom('s1', 's2', '', 'a\0'),
        fc.array(fc.constantFrom('s1', 's2', 's3'), { maxLength: 2 }),
      ),
      documentIds: fc.array(
        fc.oneof(
          fc.nat(count).map(id),
          fc.nat(count).map(n => id(n).toUpperCase()),
          fc.constantFrom('nonsense', `{${id(1)}}`, id(1).replaceAll('-', '')),
        ),
        { maxLength: 12 },
      ),
      metadata: fc
        .uniqueArray(
          fc.tuple(fc.constantFrom(...keys), fc.oneof(wanted, fc.array(wanted, { maxLength: 3 }))),
          { selector: ([key]) => key, maxLength: 2 },
        )
        .map(pairs => Object.fromEntries(pairs)),
    },
    { requiredKeys: [] },
  )

describeDatabases('search filters', kind => {
  let kb: KnowledgeBase
  const stored: {
    documentId: string
    sourceType: string
    metadata: Record<string, string | number | boolean>
  }[] = []
  beforeAll(async () => {
    kb = await openKnowledgeBase(kind)
    const samples = fc.sample(fc.tuple(fc.constantFrom('s1', 's2'), metadata), { numRuns: 60, seed })
    for (const [n, [sourceType, facts]] of samples.entries()) {
      await kb.database.pool.query(
        `insert into kb_documents (id, title, source_type, file_type, content_hash, content, metadata, chunk_count, word_count)
         values ($1, 'T', $2, 'txt', $3, 'text', $4, 1, 1)`,
        [id(n), sourceType, String(n).padStart(64, '0'), JSON.stringify(facts)],
      )
      stored.push({ documentId: id(n), sourceType, metadata: facts })
    }
  })
  afterAll(() => kb?.close())

  test(`mean the same in SQL and in JavaScript (seed ${seed})`, async () => {
    let matches = 0
    await fc.assert(
      fc.asyncProperty(filters(60), async given => {
        const condition = documentCondition(given as SearchFilters) ?? sql<boolean>`true`
        const found = await sql<{
          id: string
        }>`select d.id from kb_documents d where ${condition} order by id`.execute(kb.database.db)
        const expected = stored.filter(chunk => matchesFilters(given as SearchFilters, chunk))
        expect(found.rows.map(row => row.id)).toEqual(expected.map(chunk => chunk.documentId))
        if (expected.length > 0 && expected.length < stored.length) matches += 1
      }),
      { seed, numRuns: 300 },
    )
    expect(matches).toBeGreaterThan(50)
  })
})
