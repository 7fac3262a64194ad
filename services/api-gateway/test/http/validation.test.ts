import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { form, openTestApp, type TestApp } from './support/test-app.js'

const id = '00000000-0000-4000-8000-000000000000'
const session = `/api/sessions/${id}`
const document = `/api/admin/kb/documents/${id}`
const file = { name: 'file', filename: 'a.txt', value: 'text' }

interface Case {
  readonly route: string
  readonly wrong: string | object
  readonly field: string
  readonly rule?: RegExp
}

const search = (change: object) => ({ route: 'POST /api/search', wrong: { query: 'fever', ...change } })
const login = (change: object) => ({
  route: 'POST /api/auth/login',
  wrong: { email: 'a@b.c', password: 'x', ...change },
})
const message = (change: object) => ({
  route: `POST ${session}/messages`,
  wrong: { content: 'fever', ...change },
})

const bodies: readonly Case[] = [
  { ...login({ remember: true }), field: 'remember', rule: /not a field/ },
  { ...login({ email: undefined }), field: 'email', rule: /missing/ },
  { ...login({ email: '' }), field: 'email', rule: /at least 1 / },
  { ...login({ email: 'a'.repeat(256) }), field: 'email', rule: /at most 255/ },
  { ...login({ email: 5 }), field: 'email', rule: /of type string/ },
  { ...login({ password: 'a'.repeat(1025) }), field: 'password', rule: /at most 1024/ },
  { route: 'POST /api/auth/login', wrong: [], field: 'body', rule: /of type object/ },
  { route: 'POST /api/sessions', wrong: { owner: 'me' }, field: 'owner', rule: /not a field/ },
  { route: 'POST /api/sessions', wrong: { title: '' }, field: 'title' },
  { route: 'POST /api/sessions', wrong: { title: 'a'.repeat(501) }, field: 'title', rule: /at most 500/ },
  { route: 'POST /api/sessions', wrong: { title: null }, field: 'title', rule: /of type string/ },
  { route: 'POST /api/sessions', wrong: { title: 'nul\u0000' }, field: 'title', rule: /cannot be stored/ },
  {
    route: 'POST /api/sessions',
    wrong: '{"title":"half \\ud800 pair"}',
    field: 'title',
    rule: /cannot be stored/,
  },
  { route: 'POST /api/sessions', wrong: { title: ' \r\n' }, field: 'title', rule: /more than white space/ },
  { route: `PATCH ${session}`, wrong: { title: ' ' }, field: 'title', rule: /more than white space/ },
  { route: `PATCH ${session}`, wrong: {}, field: 'title', rule: /missing/ },
  { route: `PATCH ${session}`, wrong: { title: 'a', endedAt: null }, field: 'endedAt', rule: /not a field/ },
  { route: `POST ${session}/end`, wrong: { reason: 'done' }, field: 'reason', rule: /not a field/ },
  { route: `DELETE ${session}`, wrong: { force: true }, field: 'force', rule: /not a field/ },
  { ...message({ role: 'assistant' }), field: 'role', rule: /not a field/ },
  { ...message({ content: '' }), field: 'content', rule: /at least 1/ },
  { ...message({ content: ' \n\t\u00a0\u3000' }), field: 'content', rule: /must hold more than white space/ },
  { ...message({ content: 'a'.repeat(16_001) }), field: 'content', rule: /at most 16000/ },
  { ...message({ content: { text: 'fever' } }), field: 'content', rule: /of type string/ },
  { ...message({ clientMessageId: 'a'.repeat(101) }), field: 'clientMessageId', rule: /at most 100/ },
  { ...message({ clientMessageId: '' }), field: 'clientMessageId' },
  { ...message({ topK: 0 }), field: 'topK', rule: /at least 1/ },
  { ...message({ topK: 51 }), field: 'topK', rule: /at most 50/ },
  { ...message({ topK: '5' }), field: 'topK', rule: /of type integer/ },
  { ...search({ q: 'x' }), field: 'q', rule: /not a field/ },
  { ...search({ query: '' }), field: 'query' },
  { ...search({ query: '   ' }), field: 'query', rule: /must hold more than white space/ },
  { ...search({ query: 'a'.repeat(2001) }), field: 'query', rule: /at most 2000/ },
  { ...search({ topK: 51 }), field: 'topK', rule: /at most 50/ },
  { ...search({ topK: 1.5 }), field: 'topK', rule: /of type integer/ },
  { ...search({ scoreThreshold: 1.01 }), field: 'scoreThreshold', rule: /at most 1/ },
  { ...search({ scoreThreshold: -0.01 }), field: 'scoreThreshold', rule: /at least 0/ },
  { ...search({ filters: { tag: 'x' } }), field: 'filters.tag', rule: /not a field/ },
  { ...search({ filters: { sourceType: [] } }), field: 'filters.sourceType', rule: /at least 1 / },
  { ...search({ filters: { sourceType: 5 } }), field: 'filters.sourceType', rule: /string or array/ },
  { ...search({ filters: { sourceType: ['a', 5] } }), field: 'filters.sourceType[1]', rule: /string/ },
  { ...search({ filters: { documentIds: [id, 'x'] } }), field: 'filters.documentIds[1]', rule: /form uuid/ },
  {
    ...search({ filters: { documentIds: [`urn:uuid:${id}`] } }),
    field: 'filters.documentIds[0]',
    rule: /uuid/,
  },
  {
    ...search({ filters: { documentIds: Array(101).fill(id) } }),
    field: 'filters.documentIds',
    rule: /at most 100/,
  },
  {
    ...search({ filters: { metadata: { a: null } } }),
    field: 'filters.metadata.a',
    rule: /string or number or boolean/,
  },
  { ...search({ filters: { metadata: { a: { b: 1 } } } }), field: 'filters.metadata.a' },
  { ...search({ filters: { metadata: { '': 1 } } }), field: 'filters.metadata' },
  {
    ...search({
      filters: { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, n])) },
    }),
    field: 'filters.metadata',
    rule: /at most 20/,
  },
  { route: `POST ${document}/reindex`, wrong: { force: true }, field: 'force', rule: /not a field/ },
  { route: `DELETE ${document}`, wrong: { force: true }, field: 'force', rule: /not a field/ },
]

const urls: readonly { route: string; field: string; rule?: RegExp }[] = [
  { route: 'GET /api/sessions?limit=0', field: 'limit', rule: /at least 1/ },
  { route: 'GET /api/sessions?limit=201', field: 'limit', rule: /at most 200/ },
  { route: 'GET /api/sessions?limit=many', field: 'limit', rule: /of type integer/ },
  { route: 'GET /api/sessions?limit=5&limit=6', field: 'limit', rule: /is given more than once$/ },
  { route: 'GET /api/sessions?cursor=a&cursor=b', field: 'cursor', rule: /is given more than once$/ },
  { route: `GET ${session}/messages?order=asc&order=asc`, field: 'order', rule: /is given more than once$/ },
  { route: 'GET /api/sessions?offset=5&offset=6', field: 'offset', rule: /not a field/ },
  { route: 'GET /api/sessions?limit=', field: 'limit', rule: /of type integer/ },
  { route: 'GET /api/sessions?offset=5', field: 'offset', rule: /not a field/ },
  { route: `GET /api/sessions?cursor=${'a'.repeat(513)}`, field: 'cursor', rule: /at most 512/ },
  { route: 'GET /api/sessions?cursor=', field: 'cursor' },
  { route: 'GET /api/sessions/not-an-id', field: 'id', rule: /form uuid/ },
  { route: `GET ${session}?deep=1`, field: 'deep', rule: /not a field/ },
  { route: `GET ${session}/messages?limit=201`, field: 'limit', rule: /at most 200/ },
  { route: `GET ${session}/messages?order=random`, field: 'order', rule: /one of asc, desc/ },
  { route: `GET ${session}/messages?direction=back`, field: 'direction', rule: /not a field/ },
  { route: 'GET /api/auth/me?user=other', field: 'user', rule: /not a field/ },
  { route: 'GET /api/admin/kb/documents?limit=1001', field: 'limit', rule: /at most 1000/ },
  {
    route: `GET /api/admin/kb/documents?sourceType=${'a'.repeat(101)}`,
    field: 'sourceType',
    rule: /at most 100/,
  },
  { route: 'GET /api/admin/kb/documents?sourceType=%00', field: 'sourceType', rule: /cannot be stored/ },
  { route: 'GET /api/admin/kb/documents/7', field: 'id', rule: /form uuid/ },
  { route: 'GET /health/live?verbose', field: 'verbose', rule: /not a field/ },
  { route: 'GET /health/ready?verbose', field: 'verbose', rule: /not a field/ },
  { route: 'GET /metrics?name=x', field: 'name', rule: /not a field/ },
]

const metadata = (value: unknown) => ({ name: 'metadata', value: JSON.stringify(value) })
const uploads: readonly { parts: Parameters<typeof form>; field: string; rule?: RegExp }[] = [
  { parts: [], field: 'file', rule: /missing/ },
  { parts: [{ name: 'title', value: 'a' }], field: 'file', rule: /missing/ },
  { parts: [{ ...file, name: 'document' }], field: 'document', rule: /not a field/ },
  { parts: [file, file], field: 'file', rule: /one file/ },
  { parts: [{ name: 'file', value: 'text' }], field: 'file', rule: /must be a file/ },
  { parts: [file, { name: 'titel', value: 'a' }], field: 'titel', rule: /not a field/ },
  { parts: [{ name: 'title', value: '' }, file], field: 'title', rule: /at least 1/ },
  { parts: [file, { name: 'title', value: 'a'.repeat(501) }], field: 'title', rule: /at most 500/ },
  {
    parts: [file, { name: 'title', value: 'a' }, { name: 'title', value: 'b' }],
    field: 'title',
    rule: /twice/,
  },
  { parts: [file, { name: 'sourceType', value: 'a'.repeat(101) }], field: 'sourceType', rule: /at most 100/ },
  { parts: [file, { name: 'metadata', value: '{' }], field: 'metadata', rule: /JSON/ },
  { parts: [file, metadata([])], field: 'metadata', rule: /object/ },
  { parts: [file, metadata({ a: { b: 1 } })], field: 'metadata.a' },
  { parts: [file, metadata({ a: 'x'.repeat(1001) })], field: 'metadata.a', rule: /at most 1000/ },
  {
    parts: [file, { name: 'metadata', value: 'x'.repeat(65_537) }],
    field: 'metadata',
    rule: /at most 65536 bytes/,
  },
]

describe('validation', () => {
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({ overrides: { rateLimits: { requestsPerMinute: 1e6, loginsPerMinute: 1e6 } } })
  })
  afterAll(() => test.close())

  async function expectRefused(
    route: string,
    call: object,
    { field, rule = /./ }: { field: string; rule?: RegExp },
  ) {
    const [method, url] = route.split(' ') as [string, string]
    const answer = await test.call(method, url, { as: 'admin', ...call })
    expect(answer.headers['content-type'], route).toBe('application/problem+json')
    expect(answer.json(), route).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', field })
    expect(answer.json().detail, route).toMatch(rule)
    expect(answer.json().detail.startsWith(field), answer.json().detail).toBe(true)
  }

  it.each(bodies)('names the field of a body: $route $field', async ({ route, wrong, ...expected }) => {
    const payload = typeof wrong === 'string' ? wrong : JSON.stringify(wrong)
    await expectRefused(route, { payload, headers: { 'content-type': 'application/json' } }, expected)
  })

  it.each(urls)('names the field of a URL: $route', async ({ route, ...expected }) => {
    await expectRefused(route, {}, expected)
  })

  it.each(uploads)('names the field of an upload: $field $rule', async ({ parts, ...expected }) => {
    for (const route of ['POST /api/admin/kb/documents', `PUT ${document}`])
      await expectRefused(route, form(...parts), expected)
    expect(test.documents.inputs).toEqual([])
  })

  it('takes what is just within the limits', async () => {
    const longest = { title: '😀'.repeat(500) }
    const { id } = (await test.call('POST', '/api/sessions', { as: 'user', payload: longest })).json()
    const posted = await test.call('POST', `/api/sessions/${id}/messages`, {
      as: 'user',
      payload: { content: '😀'.repeat(16_000), clientMessageId: '😀'.repeat(100), topK: 50 },
    })
    expect(posted.statusCode).toBe(201)
    const filters = {
      sourceType: ['a'],
      documentIds: [id.toUpperCase()],
      metadata: { year: [2024, 2025], draft: false },
    }
    const found = await test.call('POST', '/api/search', {
      as: 'user',
      payload: { query: 'x'.repeat(2000), topK: 50, scoreThreshold: 1, filters },
    })
    expect(found.statusCode).toBe(200)
    expect(test.search.queries.at(-1)).toMatchObject({
      topK: 50,
      scoreThreshold: 1,
      filters: { ...filters, documentIds: [id] },
    })
  })
})
