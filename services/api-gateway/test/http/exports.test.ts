import { randomUUID } from 'node:crypto'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditAction } from '#src/audit/audit-actions'
import { openTestApp, roles, type TestApp } from './support/test-app.js'

describeDatabases('a session’s messages', kind => {
  let test: TestApp
  let id: string
  let url: string

  beforeAll(async () => {
    test = await openTestApp({ kind })
    id = (await test.call('POST', '/api/sessions', { as: 'user', payload: { title: 'Ward 5' } })).json().id
    url = `/api/sessions/${id}`
  })
  afterAll(() => test.close())

  const get = (path: string, as: (typeof roles)[number] = 'user') => test.call('GET', path, { as })
  const post = async (content: string) =>
    (await test.call('POST', `${url}/messages`, { as: 'user', payload: { content } })).json()
  const audited = async (action: AuditAction, of = id) => {
    const rows = () =>
      test.database.db
        .selectFrom('audit_logs')
        .select(['user_id', 'success', 'error_message', 'additional_data'])
        .where('action', '=', action)
        .where('resource_id', '=', of)
        .orderBy('timestamp')
        .execute()
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(0)
    return rows()
  }

  it('are read one by one, and that is audited', async () => {
    const { message, answer } = await post('fever?')
    for (const one of [message, answer]) {
      const read = await get(`${url}/messages/${one.id.toUpperCase()}`)
      expect([read.statusCode, read.json()]).toEqual([200, one])
    }
    const none = randomUUID()
    expect((await get(`${url}/messages/${none}`)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    await expect.poll(async () => (await audited('message.read')).length).toBe(3)
    expect(
      (await audited('message.read')).map(({ success, additional_data }) => ({ success, additional_data })),
    ).toEqual([
      { success: true, additional_data: { messageId: message.id } },
      { success: true, additional_data: { messageId: answer.id } },
      { success: false, additional_data: { messageId: none } },
    ])
  })

  it('are exported whole, over many pages, as a file', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => ({
      session_id: id,
      role: 'user' as const,
      content: `message ${index} "with" quotes\n`,
      created_at: new Date(Date.UTC(2031, 0, 1) + index).toISOString(),
    }))
    await test.database.db.insertInto('messages').values(rows).execute()
    await test.database.db
      .updateTable('sessions')
      .set({ message_count: 252, last_message_at: rows.at(-1)!.created_at })
      .where('id', '=', id)
      .execute()
    const exported = await get(`${url}/export`)
    expect(exported.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="session-${id}.json"`,
      'cache-control': 'no-store',
    })
    const { session, messages } = exported.json()
    expect(session).toEqual((await get(url)).json())
    const { items: first, nextCursor } = (await get(`${url}/messages?limit=200`)).json()
    const { items: rest } = (await get(`${url}/messages?limit=200&cursor=${nextCursor}`)).json()
    expect(messages).toEqual([...first, ...rest])
    expect(messages).toHaveLength(252)
    const [row] = await audited('session.export')
    expect(row).toMatchObject({ user_id: test.users.user.id, success: true, additional_data: { count: 252 } })
  })

  it('are exported as none from a new session', async () => {
    const empty = (await test.call('POST', '/api/sessions', { as: 'user', payload: {} })).json()
    expect((await get(`/api/sessions/${empty.id}/export`)).json()).toEqual({ session: empty, messages: [] })
  })

  it('break an export off, rather than end it early, when they are gone meanwhile', async () => {
    const gone = (await test.call('POST', '/api/sessions', { as: 'user', payload: {} })).json()
    await test.database.db
      .updateTable('sessions')
      .set({ message_count: 3 })
      .where('id', '=', gone.id)
      .execute()
    const port = Number(new URL(await test.app.listen({ host: '127.0.0.1', port: 0 })).port)
    const response = await fetch(`http://127.0.0.1:${port}/api/sessions/${gone.id}/export`, {
      headers: { authorization: `Bearer ${test.users.user.token}` },
    })
    await expect(response.text()).rejects.toThrow()
  })
})

describe('what is somebody else’s', () => {
  let test: TestApp
  beforeAll(async () => {
    test = await openTestApp()
  })
  afterAll(() => test.close())

  it.each(roles)('is not there for anyone, also when it is a %s’s', async owner => {
    const { id } = (await test.call('POST', '/api/sessions', { as: owner, payload: {} })).json()
    const payload = { content: 'private words' }
    const posted = (await test.call('POST', `/api/sessions/${id}/messages`, { as: owner, payload })).json()
    const paths = [
      '',
      '/export',
      '/messages',
      `/messages/${posted.message.id}`,
      `/messages/${posted.answer.id}`,
    ]
    for (const as of roles)
      for (const path of paths) {
        const url = `/api/sessions/${id}${path}`
        const theirs = await test.call('GET', url, { as })
        if (as === owner) expect(theirs.statusCode, url).toBe(200)
        else {
          const none = await test.call('GET', url.replace(id, randomUUID()), { as })
          expect(theirs.json(), `${url} as ${as}`).toMatchObject({ status: 404, code: 'NOT_FOUND' })
          expect({ ...theirs.json(), requestId: '' }).toEqual({ ...none.json(), requestId: '' })
          expect(theirs.body).not.toContain('private words')
        }
      }
    // Nor through a session of one's own.
    for (const as of roles.filter(role => role !== owner)) {
      const own = (await test.call('POST', '/api/sessions', { as, payload: {} })).json()
      const through = await test.call('GET', `/api/sessions/${own.id}/messages/${posted.message.id}`, { as })
      expect(through.statusCode).toBe(404)
    }
    const refused = () =>
      test.database.db
        .selectFrom('audit_logs')
        .select(['action', 'user_role'])
        .where('resource_id', '=', id)
        .where('error_message', '=', 'NOT_FOUND')
        .execute()
    await expect.poll(async () => (await refused()).length).toBe(2 * paths.length)
    for (const action of ['session.read', 'session.export', 'message.list', 'message.read'])
      expect((await refused()).filter(row => row.action === action).length).toBeGreaterThan(0)
  })
})
