import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayErrors } from '#src/errors'
import { gatewayErrorOf, problemOf } from '#src/plugins/problem-of-error'
import { openTestApp, type TestApp } from './support/test-app.js'

const json = { 'content-type': 'application/json' }

describe('errors', () => {
  let test: TestApp
  let port: number

  beforeAll(async () => {
    test = await openTestApp()
    port = Number(new URL(await test.app.listen({ host: '127.0.0.1', port: 0 })).port)
  })
  afterAll(() => test.close())

  it('are problems of RFC 9457 with a stable code', async () => {
    const answer = await test.call('GET', '/api/auth/me', { headers: { 'x-request-id': 'trace-1' } })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': 'trace-1',
    })
    expect(answer.json()).toEqual({
      type: 'urn:voiceassist:problem:unauthenticated',
      title: gatewayErrors.UNAUTHENTICATED[1],
      status: 401,
      detail: 'The request carries no access token',
      code: 'UNAUTHENTICATED',
      requestId: 'trace-1',
    })
  })

  it.each([
    ['an unknown path', 'GET', '/api/nothing', {}, 404, 'NOT_FOUND'],
    ['a URL that is not well formed', 'GET', '/api/%zz', {}, 400, 'MALFORMED_REQUEST'],
    ['a path part that is too long', 'GET', `/api/sessions/${'a'.repeat(300)}`, {}, 414, 'URI_TOO_LONG'],
    ['a URL that is too long', 'GET', `/api/sessions?cursor=${'a'.repeat(9000)}`, {}, 414, 'URI_TOO_LONG'],
    [
      'broken JSON',
      'POST',
      '/api/sessions',
      { payload: '{"title":', headers: json },
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a prototype in JSON',
      'POST',
      '/api/sessions',
      { payload: '{"__proto__":{}}', headers: json },
      400,
      'MALFORMED_REQUEST',
    ],
    ['no body', 'POST', '/api/search', { headers: json }, 400, 'VALIDATION_FAILED'],
    [
      'another content type',
      'POST',
      '/api/sessions',
      { payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'plain text',
      'POST',
      '/api/sessions',
      { payload: 'text', headers: { 'content-type': 'text/plain' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a form where JSON is taken',
      'POST',
      '/api/sessions',
      { payload: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'JSON where a form is taken',
      'POST',
      '/api/admin/kb/documents',
      { payload: {} },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['no form where one is taken', 'POST', '/api/admin/kb/documents', {}, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a form without a boundary',
      'POST',
      '/api/admin/kb/documents',
      { payload: 'x', headers: { 'content-type': 'multipart/form-data' } },
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a form that ends too early',
      'POST',
      '/api/admin/kb/documents',
      {
        payload: '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nte',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a body that is too large',
      'POST',
      '/api/sessions',
      { payload: `{"title":"${'a'.repeat(1_048_576)}"}`, headers: json },
      413,
      'BODY_TOO_LARGE',
    ],
  ] as const)('answer %s', async (_what, method, url, call, status, code) => {
    const answer = await test.call(method, url, { as: 'admin', ...call })
    expect(answer.json()).toMatchObject({
      status,
      code,
      requestId: answer.headers['x-request-id'] ?? expect.any(String),
    })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  it.each([
    ['1048576 bytes', 'POST', '', { payload: `{"title":"${'a'.repeat(1_048_576)}"}`, headers: json }],
    ['8192 characters', 'GET', `?cursor=${'a'.repeat(9000)}`, {}],
    ['255 characters', 'GET', `/${'a'.repeat(256)}`, {}],
  ])('name the limit of %s that was passed', async (limit, method, rest, call) => {
    const answer = await test.call(method, `/api/sessions${rest}`, { as: 'admin', ...call })
    expect(answer.json().detail).toContain(`more than ${limit}`)
  })

  it('take a path part as long as the limit', async () => {
    const answer = await test.call('GET', `/api/sessions/${'a'.repeat(100)}`, { as: 'admin' })
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', field: 'id' })
  })

  it.each([
    ['POST', '/api/sessions', Buffer.from('{"title":"\xff\xfe"}', 'latin1')],
    ['POST', '/api/search', Buffer.from('{"query":"half a letter: \xe2\x82"}', 'latin1')],
  ])('answer a body that is not UTF-8: %s %s', async (method, url, payload) => {
    const answer = await test.call(method, url, { as: 'admin', payload, headers: json })
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'MALFORMED_REQUEST',
      detail: 'The body is not valid UTF-8',
    })
  })

  it('leave what is UTF-8 as it was sent', async () => {
    const title = 'Ärztin €5 😀 \ufffd'
    const payload = Buffer.from(JSON.stringify({ title }))
    const answer = await test.call('POST', '/api/sessions', { as: 'admin', payload, headers: json })
    expect(answer.json()).toMatchObject({ title })
  })

  it.each([
    ['DELETE', '/api/sessions', 'GET, HEAD, POST'],
    ['PUT', '/api/sessions/00000000-0000-4000-8000-000000000000', 'DELETE, GET, HEAD, PATCH'],
    ['OPTIONS', '/api/auth/login', 'POST'],
    ['POST', '/docs/static/index.css', 'GET, HEAD'],
  ])('answer the wrong method %s %s with those that are right', async (method, url, allow) => {
    const answer = await test.call(method, url, { as: 'admin' })
    expect(answer.json()).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(answer.headers.allow).toBe(allow)
  })

  it('take no request id that is not short and plain', async () => {
    for (const id of ['with space', 'a'.repeat(65), 'name@example.org', '']) {
      const answer = await test.call('GET', '/health/live', { headers: { 'x-request-id': id } })
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('of the gateway’s own making tell nothing but their code', async () => {
    test.search.next = async () => {
      throw new Error('secret detail at postgres://user:secret@host/db')
    }
    const answer = await test.call('POST', '/api/search', { as: 'user', payload: { query: 'fever' } })
    expect(answer.json()).toEqual({
      type: 'urn:voiceassist:problem:internal',
      title: gatewayErrors.INTERNAL[1],
      status: 500,
      detail: gatewayErrors.INTERNAL[1],
      code: 'INTERNAL',
      requestId: answer.headers['x-request-id'],
    })
    const line = test.log.map(text => JSON.parse(text)).find(entry => entry.level === 50)
    expect(line).toMatchObject({
      requestId: answer.headers['x-request-id'],
      code: 'INTERNAL',
      cause: { error: 'Error' },
    })
    expect(test.log.join()).not.toContain('secret')
  })

  it('of a lost connection are the database’s', () => {
    const lost = Object.assign(new Error('terminating connection due to administrator command'), {
      code: '57P01',
    })
    expect(problemOf(gatewayErrorOf(lost), 'r')).toMatchObject({ status: 503, code: 'DATABASE_UNREACHABLE' })
    expect(problemOf(gatewayErrorOf('thrown text'), 'r')).toMatchObject({ status: 500, code: 'INTERNAL' })
  })

  it.each([
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(17_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
      /more than 16384 bytes/,
    ],
    ['what is not HTTP', 'HELO example.org\r\n\r\n', 400, 'MALFORMED_REQUEST', /not HTTP/],
  ])('answer %s', async (_what, bytes, status, code, detail) => {
    const answer = await rawAnswer(port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    const problem = JSON.parse(answer.split('\r\n\r\n')[1]!)
    expect(problem).toMatchObject({ status, code, detail: expect.stringMatching(detail) })
  })
})

function rawAnswer(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', chunk => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })
}
