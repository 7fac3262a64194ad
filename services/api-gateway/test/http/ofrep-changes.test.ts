import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { FakeClock } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { TestEventSource } from './support/event-source.js'
import { type ExampleFlags, openExampleFlags } from './support/example-flags.js'
import { openTestApp, password, type TestApp } from './support/test-app.js'

const heartbeatMs = 30_000
/** Soon a quarter of an hour is over, and with it the period of a ticket. */
const clock = new FakeClock(Date.UTC(2025, 0, 1, 0, 14))
let example: ExampleFlags
let revision: number
let test: TestApp
let url: string
const left: AbortController[] = []

beforeAll(async () => {
  example = await openExampleFlags(clock)
  revision = example.flags.snapshot()!.revision
  test = await openTestApp({ clock, flags: example.flags })
  url = await test.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  for (const leaving of left) leaving.abort()
  await test.close()
})

async function change(): Promise<void> {
  revision = await example.change('top-k', { value: 100 + revision })
}

interface Evaluation {
  readonly token?: string | undefined
  readonly context?: object | undefined
  readonly headers?: Record<string, string>
  readonly query?: string
}

function evaluateAll({ token, context, headers, query = '' }: Evaluation = {}) {
  return test.call('POST', `/ofrep/v1/evaluate/flags${query}`, {
    headers: { authorization: `Bearer ${token ?? test.users.user.token}`, ...headers },
    payload: { context: { targetingKey: test.users.user.id, ...context } },
  })
}

describe('the ETag of all flags', () => {
  const tagOf = async (context?: object) => String((await evaluateAll({ context })).headers.etag)
  const statusFor = async (tag: string, context?: object) =>
    (await evaluateAll({ context, headers: { 'if-none-match': tag } })).statusCode

  it('answers 304 without a body while the same context gets the same values', async () => {
    const tag = await tagOf({ ward: 'B', role: 'user' })
    expect(tag).toMatch(/^"[\w-]{32}"$/)
    for (const sent of [tag, `"other", W/${tag}`, '*']) {
      const context = { role: 'user', ward: 'B' }
      const answer = await evaluateAll({ context, headers: { 'if-none-match': sent } })
      expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([304, '', tag])
    }
    expect(await statusFor('"other"', { ward: 'B', role: 'user' })).toBe(200)
  })

  it('is another one for another context, another value, and values that are stale', async () => {
    const tag = await tagOf()
    expect(await statusFor(tag, { ward: 'B' })).toBe(200)
    expect(await tagOf({ ward: 'C' }), 'the same values').not.toBe(tag)
    await example.whileStale(async () => expect(await statusFor(tag)).toBe(200))
    expect(await statusFor(tag)).toBe(304)
    revision = await example.change('gone', { description: 'nobody sees it' })
    expect(await statusFor(tag)).toBe(304)
    await change()
    expect(await statusFor(tag)).toBe(200)
  })

  it('changes before the ticket in the answer expires', async () => {
    const tag = await tagOf()
    await clock.advance(60_000)
    expect(await statusFor(tag)).toBe(200)
  })

  it('waits for a revision that the client was told of by another gateway', async () => {
    const { flags } = example
    const refresh = flags.refresh.bind(flags)
    let refreshed = 0
    flags.refresh = async () => {
      refreshed += 1
      flags.refresh = refresh
      await change()
    }
    await evaluateAll({ query: `?flagConfigEtag=${revision}` })
    expect(refreshed).toBe(0)
    const { flags: all } = (await evaluateAll({ query: `?flagConfigEtag=${revision + 1}` })).json()
    expect(refreshed).toBe(1)
    expect(all).toContainEqual(expect.objectContaining({ key: 'top-k', value: 99 + revision }))
  })
})

describe('the event stream of OFREP', () => {
  const streamUrl = async (token?: string, targetingKey = test.users.user.id): Promise<string> =>
    (await evaluateAll({ token, context: { targetingKey } })).json().eventStreams[0].endpoint.requestUri

  /** An open stream that is read piece by piece; undefined: it has ended. */
  async function open(requestUri: string, headers: Record<string, string> = {}) {
    const leaving = new AbortController()
    left.push(leaving)
    const response = await fetch(`${url}${requestUri}`, { headers, signal: leaving.signal })
    const parts = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
    const next = async (): Promise<string | undefined> => (await parts.next()).value
    return { response, next, leave: () => leaving.abort() }
  }
  const refetch = () =>
    `event: message\nid: ${revision}\ndata: {"type":"refetchEvaluation","etag":"${revision}"}\n\n`
  const silence = ':\n\n'

  it('tells each change, and at its opening what may have been missed', async () => {
    const stream = await open(await streamUrl())
    expect(stream.response.status).toBe(200)
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    expect(await stream.next()).toBe(refetch())
    await change()
    expect(await stream.next()).toBe(refetch())
    await example.whileStale(async () => {}) // every client would come at the wrong moment
    await change()
    expect(await stream.next()).toBe(refetch())
    stream.leave()
  })

  it('goes on behind the last event', async () => {
    const requestUri = await streamUrl()
    const same = await open(requestUri, { 'last-event-id': String(revision) })
    expect(await same.next()).toBe(silence)
    const older = await open(requestUri, { 'last-event-id': String(revision - 1) })
    expect(await older.next()).toBe(refetch())
    same.leave()
    older.leave()
  })

  it('needs a ticket: not a token, and none that is changed or too old', async () => {
    const requestUri = await streamUrl()
    const [path, ticket = ''] = requestUri.split('ticket=')
    const refused = [
      path!,
      `${path}ticket=`,
      `${path}ticket=${test.users.user.token}`,
      `${path}ticket=${ticket.slice(0, -2)}AA`,
      `${requestUri}&ticket=${ticket}`,
    ]
    for (const one of refused) {
      const answer = await test.call('GET', one, { as: 'user' })
      expect(answer.json(), one).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    }
    const asToken = await test.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${ticket}` } })
    expect(asToken.statusCode).toBe(401)
    expect(test.log.join()).not.toContain(ticket)
  })

  it('is kept open by heartbeats until the login has ended', async () => {
    const actor = gatewayActor('test')
    const { accessToken, user } = await test.auth.login(actor, 'viewer@example.org', password)
    const { sessionId } = await test.auth.verify(accessToken)
    const requestUri = await streamUrl(accessToken, user.id)
    const stream = await open(requestUri)
    expect(await stream.next()).toBe(refetch())
    const beat = stream.next()
    await clock.advance(heartbeatMs)
    expect(await beat).toBe(silence)
    await test.auth.logout({ ...actor, userId: user.id, role: 'viewer' }, sessionId)
    const end = stream.next()
    await clock.advance(heartbeatMs)
    expect(await end).toBeUndefined()
    expect((await test.call('GET', requestUri)).statusCode, 'the ticket too').toBe(401)
  })

  it('is no use of a login: who does nothing else is logged out', async () => {
    const lastUsed = async () =>
      (
        await test.database.db
          .selectFrom('auth_sessions')
          .select(({ fn }) => fn.max('last_used_at').as('at'))
          .where('user_id', '=', test.users.user.id)
          .executeTakeFirstOrThrow()
      ).at
    const stream = await open(await streamUrl())
    await stream.next()
    const before = await lastUsed()
    const beat = stream.next()
    await clock.advance(10 * heartbeatMs)
    expect(await beat).toContain(silence)
    expect(await lastUsed()).toEqual(before)
    stream.leave()
  })

  it('is bounded by user', async () => {
    const requestUri = await streamUrl()
    const streams = []
    let refused: Awaited<ReturnType<typeof open>> | undefined
    while (!refused && streams.length < 20) {
      const stream = await open(requestUri)
      if (stream.response.status === 200) streams.push(stream)
      else refused = stream
    }
    expect(streams).toHaveLength(10)
    expect(refused!.response.status).toBe(429)
    expect(refused!.response.headers.get('retry-after')).toBe('30')
    expect((await open(await streamUrl(test.users.admin.token))).response.status).toBe(200)
    for (const { leave } of streams) leave()
    await vi.waitFor(async () => expect((await open(requestUri)).response.status).toBe(200))
  })

  it('lets a web page’s provider evaluate again when a flag changes', async () => {
    vi.stubGlobal('EventSource', TestEventSource)
    const provider = new OFREPWebProvider({
      baseUrl: url,
      headersFactory: async () => [['authorization', `Bearer ${test.users.admin.token}`]],
      cacheMode: 'disabled',
    })
    await OpenFeature.setContext({ targetingKey: test.users.admin.id })
    await OpenFeature.setProviderAndWait(provider)
    const client = OpenFeature.getClient()
    expect(client.getNumberValue('top-k', 1)).toBe(99 + revision)
    expect(client.getStringDetails('in-code', 'mine')).toMatchObject({ value: 'mine', reason: 'DISABLED' })
    expect(client.getStringDetails('missing', 'mine')).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' })
    const [source] = TestEventSource.open
    await vi.waitFor(() => expect(source!.readyState).toBe(1))
    const changed = new Promise<unknown>(resolve =>
      OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, details => resolve(details?.flagsChanged)),
    )
    await change()
    expect(await changed).toEqual(['top-k'])
    expect(client.getNumberValue('top-k', 1)).toBe(99 + revision)
    await OpenFeature.close()
    source!.close()
    vi.unstubAllGlobals()
  })

  // The last one: it closes the gateway.
  it('ends when the gateway does', async () => {
    const stream = await open(await streamUrl(test.users.admin.token))
    expect(await stream.next()).toBe(refetch())
    const [end] = await Promise.all([stream.next(), test.app.close()])
    expect(end).toBeUndefined()
  })
})
