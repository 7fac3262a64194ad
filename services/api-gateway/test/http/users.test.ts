import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { type Call, openTestApp, password, type TestApp } from './support/test-app.js'

const newPassword = 'another long password'
const nobody = '00000000-0000-4000-8000-000000000000'

describeDatabases('accounts, for administrators', kind => {
  let test: TestApp
  beforeAll(async () => {
    test = await openTestApp({
      kind,
      overrides: { rateLimits: { requestsPerMinute: 1e6, loginsPerMinute: 1e6 } },
    })
  })
  afterAll(() => test.close())

  const call = (method: string, path: string, payload?: object, more: Call = { as: 'admin' }) =>
    test.call(method, `/api/admin/users${path}`, { ...more, ...(payload ? { payload } : {}) })
  const loggedIn = async (email: string) => {
    const made = await call('POST', '', { email, password, role: 'user', fullName: 'Somebody' })
    expect(made.statusCode).toBe(201)
    expect(made.headers.location).toBe(`/api/admin/users/${made.json().id}`)
    return { id: made.json().id as string, ...(await logIn(email)) }
  }
  const logIn = async (email: string, given = password) => {
    const answer = await test.call('POST', '/api/auth/login', { payload: { email, password: given } })
    return { status: answer.statusCode, token: answer.json().accessToken as string }
  }
  const isAlive = async (token: string) =>
    (await test.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${token}` } })).statusCode ===
    200
  const audited = async (id: string) => {
    const rows = await test.database.db
      .selectFrom('audit_logs')
      .select(['action', 'user_id', 'error_message', 'additional_data'])
      .where('resource_id', '=', id)
      .orderBy('timestamp')
      .execute()
    return rows.filter(row => row.action.startsWith('user.'))
  }

  it('are made once, read, and listed by e-mail in pages', async () => {
    const { id } = await loggedIn('Zoe@example.org')
    const one = await call('GET', `/${id.toUpperCase()}`)
    expect(one.json()).toMatchObject({ id, email: 'zoe@example.org', active: true, role: 'user' })
    expect(one.json().lastLogin).not.toBeNull()
    const again = await call('POST', '', { email: 'zoe@example.org', password, role: 'admin' })
    expect(again.json()).toMatchObject({ status: 409, code: 'EMAIL_TAKEN', field: 'email' })
    const common = await call('POST', '', { email: 'y@example.org', password: 'Password1', role: 'user' })
    expect(common.json()).toMatchObject({ status: 400, field: 'password' })

    const emails: string[] = []
    let cursor = ''
    do {
      const page = (await call('GET', `?limit=3${cursor && `&cursor=${cursor}`}`)).json()
      emails.push(...page.items.map((item: { email: string }) => item.email))
      cursor = page.nextCursor ?? ''
    } while (cursor)
    expect(emails).toEqual(['admin', 'user', 'viewer', 'zoe'].map(name => `${name}@example.org`))
    for (const query of ['?cursor=x', '?limit=0', '?limit=201', '?other=1'])
      expect((await call('GET', query)).statusCode, query).toBe(400)
  })

  it.each([
    ['another role', 'PATCH', '', { role: 'viewer' }],
    ['disabling', 'PATCH', '', { active: false }],
    ['a new password', 'POST', '/reset-password', { newPassword }],
    ['revoking', 'POST', '/revoke-sessions', undefined],
    ['deletion', 'DELETE', '', undefined],
  ] as const)('lose their logins by %s, at once', async (name, method, path, payload) => {
    const { id, token } = await loggedIn(`${name.replaceAll(' ', '-')}@example.org`)
    const second = await logIn(`${name.replaceAll(' ', '-')}@example.org`)
    expect([await isAlive(token), await isAlive(second.token)]).toEqual([true, true])
    expect((await call(method, `/${id}${path}`, payload)).statusCode).toBeLessThan(300)
    expect([await isAlive(token), await isAlive(second.token)]).toEqual([false, false])
    const rows = await audited(id)
    expect(rows.map(row => row.action)).toEqual([
      'user.create',
      { '/reset-password': 'user.password_reset', '/revoke-sessions': 'user.sessions_revoke' }[
        path as string
      ] ?? (method === 'DELETE' ? 'user.delete' : 'user.update'),
    ])
    for (const row of rows) expect(row).toMatchObject({ user_id: test.users.admin.id, error_message: null })
  })

  it('keep their logins by another name, and by what changes nothing', async () => {
    const { id, token } = await loggedIn('keeps@example.org')
    const renamed = await call('PATCH', `/${id}`, { fullName: ' New Name ' })
    expect(renamed.json()).toMatchObject({ fullName: 'New Name', role: 'user', active: true })
    await call('PATCH', `/${id}`, { role: 'user', active: true })
    expect(await isAlive(token)).toBe(true)
    expect((await audited(id)).map(row => row.additional_data)).toEqual([
      { role: 'user' },
      { fullName: true },
      { role: 'user', active: true },
    ])
    expect((await call('PATCH', `/${id}`, {})).statusCode).toBe(400)
  })

  it('log in with the password that was set for them', async () => {
    const { id } = await loggedIn('forgot@example.org')
    for (const wrong of ['short', 'forgot@example.org', 'password123'])
      expect((await call('POST', `/${id}/reset-password`, { newPassword: wrong })).json()).toMatchObject({
        code: 'VALIDATION_FAILED',
        field: 'newPassword',
      })
    expect((await call('POST', `/${id}/reset-password`, { newPassword })).statusCode).toBe(204)
    expect((await logIn('forgot@example.org')).status).toBe(401)
    expect((await logIn('forgot@example.org', newPassword)).status).toBe(200)
  })

  it('leave a pseudonym behind, and their audit rows as they were', async () => {
    const { id, token } = await loggedIn('leaves@example.org')
    const headers = { authorization: `Bearer ${token}` }
    const session = (await test.call('POST', '/api/sessions', { headers, payload: {} })).json().id
    const { db } = test.database
    const rows = () =>
      db.selectFrom('audit_logs').selectAll().where('user_id', '=', id).orderBy('timestamp').execute()
    const before = await rows()
    expect(before.map(row => row.action)).toEqual(['auth.login', 'session.create'])
    expect((await call('DELETE', `/${id}`)).statusCode).toBe(204)
    expect(await rows()).toEqual(before)
    expect(
      await db.selectFrom('deleted_users').selectAll().where('user_id', '=', id).execute(),
    ).toMatchObject([{ pseudonym: expect.stringMatching(/^deleted-[0-9a-f]{8}$/) }])
    const left = await db.selectFrom('sessions').select('id').where('id', '=', session).execute()
    expect(left).toEqual([])
    expect((await call('DELETE', `/${id}`)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect((await logIn('leaves@example.org')).status).toBe(401)
    expect((await loggedIn('leaves@example.org')).status).toBe(200)
  })

  it('that are none are not found, whatever is asked of them', async () => {
    for (const [method, path, payload] of [
      ['GET', '', undefined],
      ['PATCH', '', { active: false }],
      ['DELETE', '', undefined],
      ['POST', '/reset-password', { newPassword }],
      ['POST', '/revoke-sessions', undefined],
    ] as const)
      expect((await call(method, `/${nobody}${path}`, payload)).json()).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('always hold an active administrator', async () => {
    const { id } = test.users.admin
    for (const [method, payload] of [
      ['PATCH', { active: false }],
      ['PATCH', { role: 'viewer' }],
      ['DELETE', undefined],
    ] as const)
      expect((await call(method, `/${id}`, payload)).json()).toMatchObject({
        status: 409,
        code: 'LAST_ADMINISTRATOR',
      })
    expect((await audited(id)).slice(-3)).toMatchObject([
      { action: 'user.update', error_message: 'LAST_ADMINISTRATOR' },
      { action: 'user.update', error_message: 'LAST_ADMINISTRATOR' },
      { action: 'user.delete', error_message: 'LAST_ADMINISTRATOR' },
    ])
    expect((await call('PATCH', `/${id}`, { role: 'admin', fullName: 'Boss' })).statusCode).toBe(200)
  })

  // The embedded database has one connection: there is no 'at once'.
  if (kind === 'server')
    it('hold one also when two administrators demote each other at once', async () => {
      const other = await test.auth.createUser(gatewayActor('test'), {
        email: 'other-admin@example.org',
        password,
        role: 'admin',
      })
      const { token } = await logIn(other.email)
      const { db } = test.database
      const waiting = async () => {
        const { rows } = await test.database.pool.query<{ count: number }>(
          `select count(distinct pid)::int as count from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = current_database()`,
        )
        return rows[0]!.count
      }
      const answers = await db.transaction().execute(async transaction => {
        await transaction.selectFrom('users').select('id').where('role', '=', 'admin').forUpdate().execute()
        const both = [
          call('PATCH', `/${other.id}`, { role: 'user' }),
          call(
            'PATCH',
            `/${test.users.admin.id}`,
            { role: 'user' },
            { headers: { authorization: `Bearer ${token}` } },
          ),
        ]
        await expect.poll(waiting, { timeout: 60_000 }).toBe(2) // both are authorised and want the same rows
        return both
      })
      const codes = (await Promise.all(answers)).map(answer => answer.statusCode)
      expect(codes.sort()).toEqual([200, 409])
      const left = await db.selectFrom('users').select('id').where('role', '=', 'admin').execute()
      expect(left).toHaveLength(1)
    })
})
