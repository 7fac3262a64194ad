import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { form, openTestApp, type TestApp } from './support/test-app.js'

const phi = 'Smith-HIV-positive'
const allowedFields = new Set([
  ...['level', 'time', 'pid', 'hostname', 'msg', 'requestId'],
  ...['method', 'route', 'status', 'durationMs', 'userId'],
  ...['error', 'code', 'message', 'at', 'cause'],
])

/** Each character may come as itself, percent-encoded, in base64 or in hexadecimal. */
const forms = [
  phi,
  phi.toLowerCase(),
  encodeURIComponent(phi),
  Buffer.from(phi).toString('base64url').slice(0, -2),
  Buffer.from(phi).toString('hex'),
]

describe('what a clinician types', () => {
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp()
  })
  afterAll(() => test.close())

  it('is in no log line and in no metric, wherever it is put', async () => {
    const as = 'admin' as const
    const id = (await test.call('POST', '/api/sessions', { as, payload: { title: phi } })).json().id
    const calls: [string, string, object?][] = [
      ['POST', '/api/auth/login', { payload: { email: `${phi}@example.org`, password: phi } }],
      ['POST', '/api/auth/login', { payload: { email: test.users.user.email, password: phi, [phi]: phi } }],
      [
        'POST',
        '/api/auth/register',
        { payload: { email: `${phi}@example.org`, password: phi, fullName: phi } },
      ],
      ['POST', '/api/auth/refresh', { payload: { refreshToken: phi } }],
      ['POST', '/api/auth/change-password', { payload: { currentPassword: phi, newPassword: phi } }],
      ['POST', '/api/admin/users', { payload: { email: phi, password: phi, fullName: phi, role: 'user' } }],
      ['GET', `/api/admin/users?cursor=${phi}`],
      ['GET', '/api/auth/me', { headers: { authorization: `Bearer ${phi}` } }],
      ['PATCH', `/api/sessions/${id}`, { payload: { title: phi } }],
      ['POST', `/api/sessions/${id}/messages`, { payload: { content: phi, clientMessageId: phi } }],
      [
        'POST',
        `/api/sessions/${id}/messages`,
        { payload: { content: phi }, headers: { accept: 'text/event-stream' } },
      ],
      ['GET', `/api/sessions/${id}/messages?cursor=${phi}`],
      ['GET', `/api/sessions/${id}/messages?${phi}=1`],
      ['GET', `/api/sessions/${phi}`],
      ['GET', `/${phi}/${phi}?q=${phi}`],
      ['GET', `/docs/static/${phi}`],
      ['GET', `/api/%zz${phi}`],
      [
        'GET',
        '/health/live',
        {
          headers: { 'x-request-id': `${phi} 1`, 'user-agent': phi, referer: `http://x/${phi}`, cookie: phi },
        },
      ],
      ['POST', '/api/search', { payload: { query: phi, filters: { metadata: { [phi]: phi } } } }],
      [
        'POST',
        '/api/search',
        { payload: `{"query":"${phi}`, headers: { 'content-type': 'application/json' } },
      ],
      ['POST', '/api/search', { payload: phi, headers: { 'content-type': `text/${phi}` } }],
      ['GET', `/api/admin/kb/documents?sourceType=${phi}`],
      [
        'POST',
        '/api/admin/kb/documents',
        form({ name: 'file', filename: `${phi}.md`, value: phi }, { name: 'title', value: phi }),
      ],
      ['POST', '/api/admin/kb/documents', form({ name: phi, value: phi })],
    ]
    for (const [method, url, call] of calls) await test.call(method, url, { as, ...call })

    const failures = [
      Object.assign(new Error(`duplicate key: (${phi})\n    at ${phi} (x:1:1)`), { detail: phi, query: phi }),
      new Error('outer', { cause: new TypeError(`inner ${phi}`) }),
      phi,
    ]
    for (const failure of failures) {
      test.search.next = async () => {
        throw failure
      }
      expect((await test.call('POST', '/api/search', { as, payload: { query: phi } })).statusCode).toBe(500)
      await test.call('POST', `/api/sessions/${id}/messages`, {
        as,
        payload: { content: phi },
        headers: { accept: 'text/event-stream' },
      })
    }

    expect(test.log.length).toBeGreaterThan(calls.length)
    const metrics = (await test.call('GET', '/metrics')).body
    for (const text of forms) {
      expect(test.log.filter(line => line.toLowerCase().includes(text.toLowerCase()))).toEqual([])
      expect(metrics.toLowerCase()).not.toContain(text.toLowerCase())
    }
    const everything = test.log.join('\n')
    for (const { email, token } of Object.values(test.users)) {
      expect(everything).not.toContain(email)
      expect(everything).not.toContain(token)
    }
  })

  it('could be in no field that is logged: there is a closed list of them', () => {
    for (const line of test.log) {
      const fields = Object.keys(JSON.parse(line))
      expect(
        fields.filter(field => !allowedFields.has(field)),
        line,
      ).toEqual([])
    }
  })

  it('is not kept by any cache on the way', async () => {
    for (const url of ['/api/sessions', '/api/auth/me', '/health/live', '/nothing', '/api/%zz'])
      expect((await test.call('GET', url, { as: 'user' })).headers['cache-control'], url).toBe('no-store')
  })
})
