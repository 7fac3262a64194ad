import { systemClock } from '@voiceassist/kernel'
import { describeDatabases, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { extractiveAnswerWriter } from '#src/answers/extractive-answer-writer'
import { gatewayActor, type UserActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { createAuthService } from '#src/services/accounts/auth.service'
import {
  createMessagesService,
  type Message,
  type MessagesService,
} from '#src/services/conversations/messages.service'
import { createSessionsService, type SessionsService } from '#src/services/conversations/sessions.service'

const seed = 7
const numRuns = 12
const { signal } = new AbortController()

describeDatabases('pages under concurrent inserts', kind => {
  let temp: TempDatabase
  let database: OpenDatabase
  let messages: MessagesService
  let sessions: SessionsService
  let actor: UserActor

  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    database = await temp.open()
    const { db } = database
    const reads = { record: async () => {} }
    messages = createMessagesService({
      db,
      search: {
        search: async () => ({ hits: [], from: 'search' as const, timing: { embeddingMs: 0, searchMs: 0 } }),
      },
      answers: extractiveAnswerWriter,
      reads,
    })
    sessions = createSessionsService({ db, reads })
    const auth = createAuthService({ db, clock: systemClock, tokenSecret: 'x'.repeat(32) })
    const user = { email: 'a@example.org', password: 'long enough', role: 'user' } as const
    const { id } = await auth.createUser(gatewayActor('test'), user)
    actor = { ...gatewayActor('test'), userId: id, role: 'user' }
  })
  afterAll(() => temp.close())

  const plan = fc.record({
    before: fc.integer({ min: 0, max: 7 }),
    writers: fc.integer({ min: 1, max: 4 }),
    each: fc.integer({ min: 1, max: 6 }),
    limit: fc.integer({ min: 1, max: 5 }),
  })

  it('give every message once and in order, to readers of both directions', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ before, writers, each, limit }) => {
        const session = (await sessions.create(actor, {})).id
        const write = async (count: number) => {
          for (let n = 0; n < count; n++)
            await messages.post(actor, session, { content: `message ${n}`, topK: 1 }, { signal })
        }
        await write(before)
        let writing = true
        const written = Promise.all(Array.from({ length: writers }, () => write(each))).finally(() => {
          writing = false
        })
        const forward = readForward(limit, () => writing, session)
        const backward = readBackward(limit, () => writing, session)
        await written
        const rows = await database.db
          .selectFrom('messages')
          .select('id')
          .where('session_id', '=', session)
          .orderBy('created_at')
          .execute()
        const ids = rows.map(row => row.id)
        expect(ids).toHaveLength(2 * (before + writers * each))
        expect((await forward).map(message => message.id)).toEqual(ids)
        expect((await backward).map(message => message.id)).toEqual(ids)
        expect(await sessions.read(actor, session)).toMatchObject({ messageCount: ids.length })
      }),
      { seed, numRuns },
    )
  })

  /** From `cursor` on, and at the end so far again, until nobody writes. */
  async function readForward(limit: number, goesOn: () => boolean, session: string, cursor?: string) {
    const seen: Message[] = []
    for (let place = cursor; ; ) {
      const last = !goesOn()
      const page = await messages.list(actor, session, { limit, order: 'asc', cursor: place })
      seen.push(...page.items)
      place = page.endCursor ?? place
      if (last && page.nextCursor === null) return seen
    }
  }

  /** A page of the newest, from there back to the first message, then what came since. */
  async function readBackward(limit: number, goesOn: () => boolean, session: string) {
    let page = await messages.list(actor, session, { limit, order: 'desc' })
    const newest = page.startCursor ?? undefined
    const seen = [...page.items].reverse()
    while (page.nextCursor !== null) {
      page = await messages.list(actor, session, { limit, order: 'desc', cursor: page.nextCursor })
      seen.unshift(...[...page.items].reverse())
    }
    return [...seen, ...(await readForward(limit, goesOn, session, newest))]
  }

  it('give every session that was there once, whatever begins meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ before, writers, each, limit }) => {
        const there = new Set<string>()
        for (let n = 0; n < before; n++) there.add((await sessions.create(actor, {})).id)
        const begun = Promise.all(Array.from({ length: writers * each }, () => sessions.create(actor, {})))
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await sessions.list(actor, { limit, cursor })
          seen.push(...page.items.map(item => item.id))
          cursor = page.nextCursor ?? undefined
        } while (cursor !== undefined)
        await begun
        expect(new Set(seen).size).toBe(seen.length)
        for (const id of there) expect(seen).toContain(id)
        await database.db.deleteFrom('sessions').execute()
      }),
      { seed, numRuns },
    )
  })
})
