import { eventually } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CachedApp, openCachedApp } from './support/cached-app.js'

const timeout = 60_000
let open: CachedApp

beforeAll(async () => {
  open = await openCachedApp('pglite')
}, timeout)
afterAll(() => open?.close())

const invalidate = (body: object) => open.call('POST', '/api/admin/cache/invalidate', body)
const look = async (key: string) =>
  (await open.call<Record<string, unknown>>('GET', `/api/admin/cache/key?key=${encodeURIComponent(key)}`))
    .body
const audited = (action: string) =>
  open.database.db
    .selectFrom('audit_logs')
    .select(['user_id', 'additional_data', 'success'])
    .where('action', '=', action)
    .orderBy('timestamp', 'desc')
    .execute()

test('statistics say by tier and namespace what was answered from where', async () => {
  await open.call('GET', '/api/sessions')
  await eventually(async () => {
    await open.call('GET', '/api/sessions')
    const { status, body } = await open.call('GET', '/api/admin/cache')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'redis',
      usable: true,
      tiers: { memory: { entries: expect.any(Number), hits: expect.any(Number) } },
      namespaces: { sessions: { memoryHits: expect.any(Number), loads: expect.any(Number) } },
      relay: { active: true, lagMs: 0, failures: 0 },
    })
    expect((body as { namespaces: { sessions: { hits: number } } }).namespaces.sessions.hits).toBeGreaterThan(
      0,
    )
  })
})

test('a key’s state is shown, and its value unless it is sensitive; both are audited', async () => {
  await open.call('GET', '/api/admin/kb/documents')
  await eventually(async () => {
    const list = await look('documents:50')
    expect(list).toMatchObject({
      namespace: 'documents',
      sensitive: false,
      remote: { tags: ['documents'], expiresInMs: expect.any(Number) },
      value: { items: [], total: 0 },
    })
  })
  await open.call('GET', '/api/sessions')
  const key = `sessions:${open.admin.id}`
  await eventually(async () => expect(await look(key)).toHaveProperty('remote'))
  const sessions = await look(key)
  expect(sessions).toMatchObject({ key, sensitive: true })
  expect(sessions).not.toHaveProperty('value')
  expect((await audited('cache.look'))[0]).toEqual({
    user_id: open.admin.id,
    additional_data: { key },
    success: true,
  })
  await open.gateway.cache.set('elsewhere:1', 'of another application')
  expect(await look('elsewhere:1')).not.toHaveProperty('value')
  expect(await look('nothing:here')).toEqual({ key: 'nothing:here', namespace: 'nothing', sensitive: false })
  expect((await open.call('GET', '/api/admin/cache/key?key=a%00b')).status).toBe(400)
})

test('each way to invalidate takes out what it names, in both tiers, and is audited', async () => {
  const { cache } = open.gateway
  const keep = async () => {
    await cache.set('rag_document:a', 1, { tags: ['documents'] })
    await cache.set('rag_document:b', 2)
  }
  for (const [body, gone] of [
    [{ keys: ['rag_document:a'] }, ['rag_document:a']],
    [{ pattern: 'rag_document:?' }, ['rag_document:a', 'rag_document:b']],
    [{ tags: ['documents'] }, ['rag_document:a']],
    [{ namespace: 'rag_document' }, ['rag_document:a', 'rag_document:b']],
    [{ keys: ['rag_document:b'], acknowledged: true }, ['rag_document:b']],
  ] as const) {
    await keep()
    const answer = await invalidate(body)
    expect(answer).toEqual({
      status: 200,
      body: { memory: true, remote: 'done', acknowledged: 'acknowledged' in body },
    })
    for (const key of ['rag_document:a', 'rag_document:b'])
      expect((await cache.get(key)) === undefined, `${key} by ${JSON.stringify(body)}`).toBe(
        (gone as readonly string[]).includes(key),
      )
  }
  const rows = await audited('cache.invalidate')
  expect(rows).toHaveLength(5)
  expect(rows[4]).toEqual({
    user_id: open.admin.id,
    additional_data: { by: 'keys', names: 'rag_document:a', count: 1, acknowledged: false },
    success: true,
  })
})

test('what somebody typed that is no id is not audited in clear', async () => {
  await invalidate({ keys: ['sessions:John Smith', 'John Smith'] })
  await invalidate({ pattern: '*smith*' })
  const rows = await audited('cache.invalidate')
  expect(rows[1]?.additional_data).toMatchObject({ names: 'sessions:(not shown) (not shown)', count: 2 })
  expect(JSON.stringify(rows)).not.toMatch(/smith/i)
})

test('what was read most is brought back by warming, and is true', async () => {
  const made = await open.call<{ id: string }>('POST', '/api/sessions', { title: 'warm' })
  const urls = [
    '/api/sessions',
    `/api/sessions/${made.body.id}/messages`,
    '/api/admin/kb/documents',
    '/api/admin/kb/documents?sourceType=any',
  ]
  // What was made above is relayed: nothing invalidates any more.
  await eventually(async () =>
    expect(await open.database.db.selectFrom('cache_outbox').select('id').execute()).toEqual([]),
  )
  for (let n = 0; n < 5; n++) for (const url of urls) await open.call('GET', url)
  for (const namespace of ['sessions', 'messages', 'documents']) await invalidate({ namespace })
  const { status, body } = await open.call<Record<string, number>>('POST', '/api/admin/cache/warm', {})
  expect(status).toBe(200)
  expect(body).toMatchObject({ failed: 0, left: 0 })
  expect(body.warmed).toBeGreaterThanOrEqual(3)
  const loads = () => ['sessions', 'messages', 'documents'].map(name => open.counted(name).loads)
  const before = loads()
  for (const url of urls.slice(0, 3)) expect((await open.call('GET', url)).status, url).toBe(200)
  expect(loads()).toEqual(before)
  expect((await look('documents:50')).remote).toMatchObject({ tags: ['documents'] })
})

test('a body that names nothing, or two things, is refused, and so is a bad name', async () => {
  for (const body of [
    {},
    { keys: ['a'], pattern: 'b' },
    { keys: [] },
    { keys: ['a\u0001'] },
    { pattern: 'ends in \\' },
    { namespace: 'with:colon' },
    { all: true },
  ])
    expect((await invalidate(body)).status, JSON.stringify(body)).toBe(400)
})

test('instances and their lag; without the second tier neither these nor an acknowledgement', async () => {
  const instances = await open.call<{ items: object[] }>('GET', '/api/admin/cache/instances')
  expect(instances.body.items).toEqual([
    { id: expect.any(String), name: expect.any(String), self: true, lagMs: expect.any(Number) },
  ])
  open.cut()
  try {
    const unavailable = { status: 503, body: { code: 'CACHE_UNAVAILABLE' } }
    expect(await open.call('GET', '/api/admin/cache/instances')).toMatchObject(unavailable)
    expect(await invalidate({ keys: ['rag_document:a'], acknowledged: true })).toMatchObject(unavailable)
    expect(await invalidate({ keys: ['rag_document:a'] })).toMatchObject({
      status: 200,
      body: { remote: 'journaled', acknowledged: false },
    })
    expect((await open.call('GET', '/api/admin/cache')).status).toBe(200)
  } finally {
    open.reconnect()
  }
})

test('metrics count by layer and prefix, from 0 on', async () => {
  const scrape = async () => (await open.app.inject('/metrics')).body
  const first = await scrape()
  for (const line of [
    'cache_hits_total{cache_layer="remote",cache_key_prefix="login"}',
    'cache_misses_total{cache_layer="memory",cache_key_prefix="documents"}',
    'cache_evictions_total{reason="capacity"} 0',
    'cache_stale_reads_total{cache_key_prefix="messages"} 0',
    'cache_entries_total{cache_layer="memory"}',
    'cache_outbox_lag_seconds',
    'cache_breaker_open 0',
    'cache_latency_seconds_bucket{le="0.1",cache_layer="remote",operation="get"}',
  ])
    expect(first).toContain(line)
  const hits = async () =>
    Number(
      /cache_hits_total\{cache_layer="memory",cache_key_prefix="sessions"\} (\d+)/.exec(await scrape())?.[1],
    )
  const before = await hits()
  await eventually(async () => {
    await open.call('GET', '/api/sessions')
    expect(await hits()).toBeGreaterThan(before)
  })
})
