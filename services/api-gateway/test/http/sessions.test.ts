import { randomUUID } from 'node:crypto'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { openTestApp, password, type TestApp } from './support/test-app.js'

describeDatabases('sessions', kind => {
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({ kind })
  })
  afterAll(() => test.close())

  const create = async (payload: object = {}) =>
    (await test.call('POST', '/api/sessions', { as: 'user', payload })).json()

  it('begin, are read, renamed and ended', async () => {
    const answer = await test.call('POST', '/api/sessions', { as: 'user', payload: { title: 'Ward 5' } })
    const session = answer.json()
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.location).toBe(`/api/sessions/${session.id}`)
    expect(session).toEqual({
      id: expect.any(String),
      title: 'Ward 5',
      messageCount: 0,
      lastMessageAt: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.any(String),
      endedAt: null,
    })
    const url = `/api/sessions/${session.id}`
    expect(
      (
        await test.call('GET', url.toUpperCase().replace('/API/SESSIONS', '/api/sessions'), { as: 'user' })
      ).json(),
    ).toEqual(session)
    const renamed = await test.call('PATCH', url, { as: 'user', payload: { title: 'Ward 6' } })
    expect(renamed.json()).toMatchObject({ id: session.id, title: 'Ward 6' })
    const ended = (await test.call('POST', `${url}/end`, { as: 'user' })).json()
    expect(ended).toMatchObject({ title: 'Ward 6', endedAt: expect.any(String) })
    const again = await test.call('POST', `${url}/end`, {
      as: 'user',
      headers: { 'content-type': 'application/json' },
    })
    expect(again.json()).toEqual(ended)
  })

  it('are deleted with their messages', async () => {
    const { id } = await create()
    await test.call('POST', `/api/sessions/${id}/messages`, { as: 'user', payload: { content: 'fever?' } })
    const deleted = await test.call('DELETE', `/api/sessions/${id}`, { as: 'user' })
    expect([deleted.statusCode, deleted.body]).toEqual([204, ''])
    expect((await test.call('GET', `/api/sessions/${id}`, { as: 'user' })).statusCode).toBe(404)
    expect((await test.call('DELETE', `/api/sessions/${id}`, { as: 'user' })).statusCode).toBe(404)
    const left = await test.database.db
      .selectFrom('messages')
      .select('id')
      .where('session_id', '=', id)
      .execute()
    expect(left).toEqual([])
  })

  const leaving = async (email: string) => {
    const { id } = await test.auth.createUser(gatewayActor('test'), { email, password, role: 'user' })
    const { accessToken } = await test.auth.login(gatewayActor('test'), email, password)
    const headers = { authorization: `Bearer ${accessToken}` }
    return { id, begin: () => test.call('POST', '/api/sessions', { headers, payload: {} }) }
  }

  it('are begun by nobody whose account is gone since the token was looked at', async () => {
    const { id, begin } = await leaving('leaving@example.org')
    expect((await begin()).statusCode).toBe(201)
    await test.database.db.deleteFrom('users').where('id', '=', id).execute()
    expect((await begin()).json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  // The embedded database has one connection: there is no 'at once'.
  if (kind === 'server')
    it('are begun by nobody whose account is being deleted', async () => {
      const { id, begin } = await leaving('leaving-now@example.org')
      const waiting = async () => {
        const { rows } = await test.database.pool.query<{ count: number }>(
          `select count(distinct pid)::int as count from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = current_database()`,
        )
        return rows[0]!.count
      }
      const begun = await test.database.db.transaction().execute(async transaction => {
        await transaction.deleteFrom('users').where('id', '=', id).execute()
        const answer = begin()
        await expect.poll(waiting, { timeout: 60_000 }).toBe(1)
        return [answer]
      })
      expect((await begun[0]!).json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    })

  it('are nobody else’s, not even an administrator’s', async () => {
    const { id } = await create({ title: 'private' })
    const attempts: [string, string, object?][] = [
      ['GET', `/api/sessions/${id}`],
      ['PATCH', `/api/sessions/${id}`, { title: 'stolen' }],
      ['DELETE', `/api/sessions/${id}`],
      ['POST', `/api/sessions/${id}/end`],
      ['GET', `/api/sessions/${id}/messages`],
      ['POST', `/api/sessions/${id}/messages`, { content: 'let me in' }],
    ]
    for (const [method, url, payload] of attempts) {
      const theirs = await test.call(method, url, { as: 'admin', ...(payload ? { payload } : {}) })
      const none = await test.call(method, url.replace(id, randomUUID()), {
        as: 'admin',
        ...(payload ? { payload } : {}),
      })
      expect(theirs.json(), `${method} ${url}`).toMatchObject({ status: 404, code: 'NOT_FOUND' })
      expect({ ...theirs.json(), requestId: '' }).toEqual({ ...none.json(), requestId: '' })
    }
    expect((await test.call('GET', `/api/sessions/${id}`, { as: 'user' })).json()).toMatchObject({
      title: 'private',
      messageCount: 0,
      endedAt: null,
    })
  })

  it('are listed newest first, in pages, also those of one microsecond', async () => {
    const user_id = test.users.viewer.id
    const at = ['2025-01-01T00:00:00.000001Z', '2025-01-01T00:00:00.000002Z', '2025-01-01T00:00:00.000002Z']
    const inserted = await test.database.db
      .insertInto('sessions')
      .values(at.map(created_at => ({ user_id, created_at })))
      .returning('id')
      .execute()
    const [first, second, third] = inserted.map(row => row.id) as [string, string, string]
    const expected = [...[second, third].sort().reverse(), first]
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const page = (await test.call('GET', `/api/sessions?limit=1${query}`, { as: 'viewer' })).json()
      expect(page.items).toHaveLength(1)
      seen.push(page.items[0].id)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(expected)
  })

  it('refuse a cursor of another user or another list', async () => {
    await create()
    await create()
    const { nextCursor } = (await test.call('GET', '/api/sessions?limit=1', { as: 'user' })).json()
    const { id } = await create()
    for (const [url, as] of [
      [`/api/sessions?cursor=${nextCursor}`, 'viewer'],
      [`/api/sessions/${id}/messages?cursor=${nextCursor}`, 'user'],
      ['/api/sessions?cursor=garbage', 'user'],
    ] as const) {
      expect((await test.call('GET', url, { as })).json()).toMatchObject({
        code: 'VALIDATION_FAILED',
        field: 'cursor',
      })
    }
  })
})
