import { describeDatabases, eventually } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { type CachedApp, openCachedApp } from './support/cached-app.js'
import { password } from './support/test-app.js'

interface Page {
  readonly items: readonly { readonly id: string; readonly title?: string; readonly content?: string }[]
  readonly nextCursor: string | null
}

const timeout = 60_000

describeDatabases('what is read through the cache', kind => {
  let open: CachedApp
  let viewer: string
  beforeAll(async () => {
    open = await openCachedApp(kind)
    const actor = gatewayActor('test')
    await open.services.auth.createUser(actor, { email: 'viewer@example.org', password, role: 'viewer' })
    viewer = (await open.services.auth.login(actor, 'viewer@example.org', password)).accessToken
  }, timeout)
  afterAll(() => open?.close())

  const get = async <T = Page>(url: string) => {
    const answer = await open.call<T>('GET', url)
    expect(answer.status, url).toBe(200)
    return answer.body
  }
  /** Reads again until it comes from memory, and says so. */
  async function hit<T = Page>(url: string, namespace: string): Promise<T> {
    return eventually(async () => {
      const before = open.counted(namespace)
      const body = await get<T>(url)
      expect(open.counted(namespace)).toEqual({ hits: before.hits + 1, loads: before.loads })
      return body
    })
  }
  const begin = async (title: string) =>
    (await open.call<{ id: string }>('POST', '/api/sessions', { title })).body.id
  const document = async (title: string, text: string) =>
    open.services.documents.create(gatewayActor('test'), {
      title,
      sourceType: 'Guideline for Smith',
      bytes: Buffer.from(text),
    })

  test('a user’s sessions: a hit, own writes at once, and changes by SQL', { timeout }, async () => {
    const id = await begin('one')
    expect((await get('/api/sessions')).items.map(({ title }) => title)).toEqual(['one'])
    await hit('/api/sessions', 'sessions')
    for (let n = 0; n < 20; n++) {
      const made = await begin(`no ${n}`)
      expect((await get('/api/sessions')).items[0]?.id).toBe(made)
      await open.call('PATCH', `/api/sessions/${made}`, { title: `new ${n}` })
      expect((await get('/api/sessions')).items[0]?.title).toBe(`new ${n}`)
      await open.call('DELETE', `/api/sessions/${made}`)
      expect((await get('/api/sessions')).items.map(({ id }) => id)).toEqual([id])
    }
    await hit('/api/sessions', 'sessions')
    await open.run(`update sessions set title = 'by SQL'`)
    await eventually(async () => expect((await get('/api/sessions')).items[0]?.title).toBe('by SQL'))
  })

  test('a page of sessions has the same cursors, cached or not', { timeout }, async () => {
    for (let n = 0; n < 4; n++) await begin(`page ${n}`)
    const all = (await get('/api/sessions?limit=60')).items.map(({ id }) => id)
    for (let again = 0; again < 2; again++) {
      const first = await get('/api/sessions?limit=2')
      const second = await get(`/api/sessions?limit=60&cursor=${first.nextCursor}`)
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all)
      expect(first.items).toHaveLength(2)
    }
  })

  test('a session’s messages: a hit, own writes at once, changes by SQL, and for its user alone', {
    timeout,
  }, async () => {
    const id = await begin('with messages')
    const url = `/api/sessions/${id}/messages`
    expect((await get(url)).items).toEqual([])
    for (let n = 1; n <= 5; n++) {
      const posted = await open.call<{ answer: { id: string } }>('POST', url, { content: `question ${n}` })
      expect(posted.status).toBe(201)
      expect((await get(url)).items).toHaveLength(2 * n)
      expect((await get(`${url}?order=desc`)).items[0]?.id).toBe(posted.body.answer.id)
    }
    const found = await hit(url, 'messages')
    expect(found.items[0]?.content).toBe('question 1')
    expect((await open.call('GET', url, undefined, viewer)).status).toBe(404)
    await open.run(`update messages set content = 'by SQL' where session_id = '${id}'`)
    await eventually(async () => expect((await get(url)).items[0]?.content).toBe('by SQL'))

    await hit(url, 'messages')
    await open.run(
      `update sessions set user_id = (select id from users where role = 'viewer') where id = '${id}'`,
    )
    await eventually(async () => expect((await open.call('GET', url)).status).toBe(404))
    await eventually(async () => expect((await open.call('GET', url, undefined, viewer)).status).toBe(200))
    await open.run(`delete from sessions where id = '${id}'`)
    await eventually(async () => expect((await open.call('GET', url, undefined, viewer)).status).toBe(404))
  })

  test('lists of documents and documents without text: a hit, own writes at once, changes by SQL', {
    timeout,
  }, async () => {
    const list = '/api/admin/kb/documents'
    const filtered = `${list}?sourceType=Guideline%20for%20Smith&limit=7`
    await get(list)
    const { id } = await document('First', 'Insulin lowers glucose.')
    for (const url of [list, filtered]) {
      expect((await get(url)).items.map(({ id }) => id)).toEqual([id])
      await hit(url, 'documents')
    }
    const summary = `${list}/${id}/summary`
    expect(await get<{ title: string; text?: string }>(summary)).toMatchObject({ title: 'First' })
    expect(await hit<object>(summary, 'rag_document')).not.toHaveProperty('text')
    const replaced = await open.services.documents.replace(gatewayActor('test'), id, {
      title: 'Second',
      sourceType: 'Guideline for Smith',
      bytes: Buffer.from('Insulin lowers glucose, again.'),
    })
    expect(replaced.version).toBe(2)
    expect(await get(summary)).toMatchObject({ title: 'Second', version: 2 })
    expect((await get(list)).items[0]?.title).toBe('Second')
    await hit(list, 'documents')
    await hit(summary, 'rag_document')
    await open.run(`update kb_documents set title = 'by SQL'`)
    for (const url of [summary, list, filtered])
      await eventually(async () => expect(JSON.stringify(await get(url))).toContain('by SQL'))
    await open.services.documents.remove(gatewayActor('test'), id)
    expect((await get(list)).items).toEqual([])
    expect((await open.call('GET', summary)).status).toBe(404)
  })

  test('no key and no outbox row says what a person typed', { timeout }, async () => {
    const keys: string[] = []
    for (const { spaces } of [open.tier.snapshot()])
      for (const { partitions } of spaces.values())
        for (const { values } of partitions) keys.push(...values.keys())
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(key).toMatch(/^(cache:source|[a-z_]+:[\w.-]+(:[\w-]+)?)$/)
    expect(keys.join()).not.toMatch(/smith|Guideline/i)
  })

  test('without the second tier all answers are the database’s', { timeout }, async () => {
    await hit('/api/sessions', 'sessions')
    open.cut()
    try {
      const made = await begin('while it is away')
      expect((await get('/api/sessions')).items[0]?.id).toBe(made)
      await open.run(`update sessions set title = 'changed while away' where id = '${made}'`)
      await eventually(async () =>
        expect((await get('/api/sessions')).items[0]?.title).toBe('changed while away'),
      )
      const ready = await open.app.inject('/health/ready')
      expect(ready.statusCode).toBe(200)
      expect(ready.json()).toEqual({ status: 'degraded', checks: { cache: 'degraded' } })
    } finally {
      open.reconnect()
    }
    await eventually(async () =>
      expect((await open.app.inject('/health/ready')).json()).toEqual({
        status: 'ok',
        checks: { cache: 'ok' },
      }),
    )
    expect((await get('/api/sessions')).items[0]?.title).toBe('changed while away')
    await hit('/api/sessions', 'sessions')
  })

  test('a role taken away by SQL is refused soon, with the second tier and without', {
    timeout,
  }, async () => {
    const asViewer = async () => (await open.call('GET', '/api/admin/kb/documents', undefined, viewer)).status
    const role = (name: string) => open.run(`update users set role = '${name}' where role <> 'admin'`)
    const becomes = (status: number) => eventually(async () => expect(await asViewer()).toBe(status))
    for (const away of [false, true, false]) {
      if (away) open.cut()
      await becomes(200)
      await role('user')
      await becomes(403)
      await role('viewer')
      await becomes(200)
      if (away) open.reconnect()
    }
    await eventually(() => expect(open.gateway.isCurrent()).toBe(true))
    const { hits } = open.counted('user')
    await eventually(async () => {
      await asViewer()
      expect(open.counted('user').hits).toBeGreaterThan(hits)
    })
  })

  test.runIf(kind === 'server')(
    'authorisation asks the database while changes are not relayed',
    {
      timeout,
    },
    async () => {
      const asViewer = async () =>
        (await open.call('GET', '/api/admin/kb/documents', undefined, viewer)).status
      await eventually(() => expect(open.gateway.isCurrent()).toBe(true))
      await eventually(async () => expect(await asViewer()).toBe(200))
      // Another takes the relay's turn, and relays nothing.
      await open.run(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'cache-relay' and datname = current_database()`)
      await open.run('select pg_advisory_lock(8306006)')
      try {
        await eventually(() => expect(open.gateway.relayStats()?.active).toBe(false))
        await open.run(`update users set role = 'user' where role = 'viewer'`)
        await eventually(async () => expect(await asViewer()).toBe(403))
        expect(open.gateway.relayStats()?.active).toBe(false)
      } finally {
        await open.run('select pg_advisory_unlock(8306006)')
      }
      await eventually(() => expect(open.gateway.relayStats()?.active).toBe(true))
    },
  )
})
