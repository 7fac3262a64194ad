import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { type KnowledgeBase, markdown, openKnowledgeBase } from './knowledge-base-fixture.js'

const seed = 20_241
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const actor = gatewayActor('test')

describeDatabases('pages of documents', kind => {
  let kb: KnowledgeBase
  beforeAll(async () => {
    kb = await openKnowledgeBase(kind)
  })
  afterAll(() => kb?.close())

  async function insert(n: number, createdAt: string, sourceType = 'a'): Promise<void> {
    await kb.database.pool.query(
      `insert into kb_documents (id, title, source_type, file_type, content_hash, content, chunk_count, word_count, created_at)
       values ($1, $2, $3, 'txt', $4, 'text', 1, 1, $5)`,
      [id(n), `Document ${n}`, sourceType, String(n).padStart(64, '0'), createdAt],
    )
  }

  test(`hold every document once, in order, while others come (seed ${seed})`, async () => {
    let state = seed
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return state % below
    }
    // Many share a microsecond, and many differ in nothing but one.
    const time = () => `2024-05-01T10:00:00.${String(123_450 + random(12)).padStart(6, '0')}Z`
    const there: number[] = []
    let next = 1
    for (; next <= 60; next++) {
      await insert(next, time(), next % 3 === 0 ? 'b' : 'a')
      there.push(next)
    }
    for (const sourceType of [undefined, 'b']) {
      for (const limit of [1, 7, 25]) {
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await kb.documents.list({
            limit,
            ...(cursor ? { cursor } : {}),
            ...(sourceType ? { sourceType } : {}),
          })
          seen.push(...page.items.map(item => item.id))
          expect(page.items.length).toBeLessThanOrEqual(limit)
          expect(page.total).toBeGreaterThanOrEqual(seen.length)
          if (next < 200) {
            await insert(next, time())
            next += 1
          }
          cursor = page.nextCursor ?? undefined
        } while (cursor)
        expect(new Set(seen).size).toBe(seen.length)
        const expected = there.filter(n => sourceType === undefined || n % 3 === 0).map(id)
        expect(seen).toEqual(expect.arrayContaining(expected))
        const order = await kb.database.pool.query(
          'select id from kb_documents where id = any($1) order by created_at desc, id desc',
          [seen],
        )
        expect(seen).toEqual(order.rows.map(row => row.id))
      }
    }
  })

  test('a cursor that no list has given is refused by name', async () => {
    await expect(kb.documents.list({ limit: 1, cursor: 'bm9wZQ' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      field: 'cursor',
    })
  })

  test('the newest stored comes first', async () => {
    const stored = await kb.documents.create(actor, { bytes: markdown('Newest', ['Just now.']) })
    const page = await kb.documents.list({ limit: 1 })
    expect(page.items).toEqual([stored])
  })
})
