import { randomUUID } from 'node:crypto'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { AuditEntry } from '#src/audit/audit-actions'
import { auditRow, insertAuditRows } from '#src/repositories/audit-logs.repository'
import { openTestApp, type TestApp } from './support/test-app.js'

interface Row {
  readonly id: string
  readonly timestamp: string
  readonly seq: string | null
  readonly userId: string | null
  readonly user: string | null
  readonly action: string
  readonly resourceId: string | null
  readonly success: boolean
  readonly statusCode: number | null
  readonly error: string | null
  readonly details: Record<string, unknown>
  readonly [other: string]: unknown
}

const url = '/api/admin/audit-logs'

describeDatabases('the audit over HTTP', kind => {
  let test: TestApp
  let since: string
  beforeAll(async () => {
    test = await openTestApp({ kind })
  })
  afterAll(() => test?.close())
  beforeEach(async () => {
    await test.storeReads()
    const { rows } = await test.database.pool.query<{ at: string }>(
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
    )
    since = rows[0]!.at
  })

  const list = async (query: Record<string, string> = {}, method = url) => {
    await test.storeReads()
    const answer = await test.call('GET', `${method}?${new URLSearchParams({ from: since, ...query })}`, {
      as: 'admin',
    })
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json() as { items: Row[]; nextCursor: string | null }
  }
  const actions = async (query?: Record<string, string>) =>
    (await list(query)).items
      .map(row => `${row.action}${row.error ? ` ${row.error}` : ''}`)
      .filter(action => action !== 'audit.list')
      .toReversed()

  it('has a row for what is written and read of a session, with who, where and what', async () => {
    const headers = { 'x-request-id': 'request-of-the-test', 'user-agent': 'test agent' }
    const { id } = (
      await test.call('POST', '/api/sessions', { as: 'user', payload: { title: 'Jane Doe' }, headers })
    ).json()
    const path = `/api/sessions/${id}`
    const posted = (
      await test.call('POST', `${path}/messages`, { as: 'user', payload: { content: 'Jane Doe has fever' } })
    ).json()
    await test.call('GET', `${path}/messages`, { as: 'user' })
    await test.call('GET', path, { as: 'user' })
    await test.call('GET', '/api/sessions', { as: 'user' })
    await test.call('PATCH', path, { as: 'user', payload: { title: 'John' } })
    await test.call('POST', `${path}/end`, { as: 'user' })
    await test.call('DELETE', path, { as: 'user' })
    expect((await actions({ userId: test.users.user.id })).toSorted()).toEqual(
      [
        ...['session.create', 'message.create', 'message.answer', 'message.list', 'session.read'],
        ...['session.list', 'session.update', 'session.end', 'session.delete'],
      ].toSorted(),
    )
    const { items } = await list({ requestId: 'request-of-the-test' })
    expect(items).toEqual([
      {
        id: expect.any(String),
        timestamp: expect.any(String),
        seq: null,
        userId: test.users.user.id,
        user: 'user@example.org',
        userRole: 'user',
        action: 'session.create',
        resourceType: 'session',
        resourceId: id,
        requestId: 'request-of-the-test',
        ipAddress: '127.0.0.1',
        userAgent: 'test agent',
        service: 'api-gateway',
        endpoint: 'POST /api/sessions',
        success: true,
        statusCode: null,
        error: null,
        details: {},
      },
    ])
    const all = await list({ resourceId: id })
    expect(all.items.find(row => row.action === 'message.create')?.details).toEqual({
      messageId: posted.message.id,
    })
    expect(JSON.stringify(all)).not.toMatch(/Jane|fever|John/)
  })

  it('has a row for what was refused: another user’s session, and what a role does not allow', async () => {
    const { id } = (await test.call('POST', '/api/sessions', { as: 'user', payload: {} })).json()
    const path = `/api/sessions/${id}`
    for (const [method, target, payload] of [
      ['GET', path],
      ['GET', `${path}/messages`],
      ['POST', `${path}/messages`, { content: 'mine now' }],
      ['PATCH', path, { title: 'mine now' }],
      ['POST', `${path}/end`],
      ['DELETE', path],
    ] as const)
      expect(
        (await test.call(method, target, { as: 'viewer', ...(payload ? { payload } : {}) })).statusCode,
      ).toBe(404)
    expect((await test.call('GET', url, { as: 'viewer' })).statusCode).toBe(403)
    expect((await actions({ userId: test.users.viewer.id, success: 'false' })).toSorted()).toEqual([
      'access.denied FORBIDDEN',
      'message.create NOT_FOUND',
      'message.list NOT_FOUND',
      'session.delete NOT_FOUND',
      'session.end NOT_FOUND',
      'session.read NOT_FOUND',
      'session.update NOT_FOUND',
    ])
    const [denied] = (await list({ action: 'access.denied' })).items
    expect(denied).toMatchObject({ endpoint: `GET ${url}`, statusCode: 403, userRole: 'viewer' })
  })

  it('is filtered by each of its filters, and refuses those it does not know', async () => {
    const at = (minute: number) => new Date(Date.UTC(2020, 0, 1, 0, minute))
    const user = randomUUID()
    const entries: [Date, AuditEntry][] = [
      [at(1), { action: 'session.read', resource: { type: 'session', id: 'one' } }],
      [at(2), { action: 'session.read', resource: { type: 'session', id: 'two' }, error: 'NOT_FOUND' }],
      [at(3), { action: 'document.delete', resource: { type: 'document', id: 'one' } }],
    ]
    await insertAuditRows(
      test.database.db,
      entries.map(([timestamp, entry], index) => ({
        ...auditRow({ ...gatewayActor('test'), userId: user, requestId: `request-${index}` }, entry),
        timestamp,
      })),
    )
    const found = async (query: Record<string, string>) =>
      (await list({ from: '2019-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z', ...query })).items.map(
        row => entries.findIndex(([timestamp]) => timestamp.toISOString() === row.timestamp) + 1,
      )
    expect(await found({})).toEqual([3, 2, 1])
    expect(await found({ userId: user.toUpperCase() })).toEqual([3, 2, 1])
    expect(await found({ userId: randomUUID() })).toEqual([])
    expect(await found({ action: 'session.read' })).toEqual([2, 1])
    expect(await found({ resourceType: 'document' })).toEqual([3])
    expect(await found({ resourceId: 'one' })).toEqual([3, 1])
    expect(await found({ requestId: 'request-1' })).toEqual([2])
    expect(await found({ success: 'false' })).toEqual([2])
    expect(await found({ success: 'true', resourceId: 'one', action: 'session.read' })).toEqual([1])
    expect(await found({ from: at(2).toISOString() })).toEqual([3, 2])
    expect(await found({ to: at(2).toISOString() })).toEqual([1])
    expect(await found({ to: '2020-01-01T02:02:00.5+02:00' })).toEqual([2, 1])
    for (const query of [
      'who=me',
      'limit=0',
      'limit=1001',
      'userId=me',
      'success=maybe',
      'from=yesterday',
      'from=2025-02-30T00:00:00Z',
      'to=0000-01-01T00:00:00Z',
      'to=2025-01-01T24:00:00Z',
      'to=2025-01-01',
      'format=xml',
      'cursor=x',
    ])
      expect((await test.call('GET', `${url}?${query}`, { as: 'admin' })).statusCode, query).toBe(400)
  })

  it('is given in pages that lose and repeat nothing, among rows of the same time', async () => {
    const timestamp = new Date(Date.UTC(2018, 0, 1))
    const rows = Array.from({ length: 25 }, () => ({
      ...auditRow(gatewayActor('test'), { action: 'session.read' }),
      timestamp,
    }))
    await insertAuditRows(test.database.db, rows)
    const seen: string[] = []
    let cursor: string | null = null
    const range = { from: '2018-01-01T00:00:00Z', to: '2018-01-02T00:00:00Z' }
    do {
      const page = await list({ ...range, limit: '7', ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(row => row.id))
      cursor = page.nextCursor
    } while (cursor)
    expect(new Set(seen).size).toBe(25)
    expect(seen).toHaveLength(25)
  })

  it('shows who a row speaks of by a look-up, and a pseudonym once the account is gone', async () => {
    const { id } = await test.auth.createUser(gatewayActor('test'), {
      email: 'leaver@example.org',
      password: 'correct horse battery',
      role: 'user',
    })
    await insertAuditRows(test.database.db, [
      auditRow({ ...gatewayActor('test'), userId: id, role: 'user' }, { action: 'session.list' }),
    ])
    const whose = async () => (await list({ userId: id })).items.map(row => row.user)
    expect(await whose()).toEqual(['leaver@example.org'])
    const before = await test.database.pool.query('select * from audit_logs where user_id = $1', [id])
    await test.database.pool.query(
      `insert into deleted_users (user_id, pseudonym) values ($1, 'deleted-1a2b3c4d')`,
      [id],
    )
    await test.database.pool.query('delete from users where id = $1', [id])
    expect(await whose()).toEqual(['deleted-1a2b3c4d'])
    const after = await test.database.pool.query('select * from audit_logs where user_id = $1', [id])
    expect(after.rows).toEqual(before.rows)
  })
})
