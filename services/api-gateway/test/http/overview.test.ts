import type { Overview, OverviewSample } from '@voiceassist/api-contract'
import { FakeClock } from '@voiceassist/testkit'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { panels } from '#src/metrics/metric'
import { openTestApp, password, type TestApp } from './support/test-app.js'

const path = '/api/admin/overview'

describe('the overview', () => {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  let test: TestApp
  let address: string

  beforeAll(async () => {
    test = await openTestApp({
      clock,
      profiler: { slowQueryThresholdMs: 600_000, nPlusOneThreshold: 10, explain: 'off' },
    })
    address = await test.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(() => test.close())

  /** Tokens end with the fake quarters of an hour. */
  const signIn = () => test.auth.login(gatewayActor('test'), test.users.admin.email, password)
  const read = async () => {
    const headers = { authorization: `Bearer ${(await signIn()).accessToken}` }
    return (await test.call('GET', path, { headers })).json() as Overview
  }
  const stream = (token: string) =>
    fetch(`${address}${path}/stream`, { headers: { cookie: `voiceassist=${token}` } })

  it('has the dashboard’s nine panels, and what happened from one sample to the next', async () => {
    const before = await read()
    expect(before.everySeconds).toBe(2)
    expect(before.panels.map(({ title }) => title)).toEqual(Object.values(panels))
    expect(before.panels[1]).toMatchObject({ id: 'hitRates', unit: 'percent', warnAt: 80, badAt: 50 })
    const samples = before.samples.length

    await test.call('GET', '/api/sessions', { as: 'user' })
    await clock.advance(2000)
    const after = await read()
    expect(after.samples.length).toBe(samples + 1)
    const latest = after.samples.at(-1)!
    expect(latest.at).toBe(new Date(clock.now()).toISOString())
    const value = (panel: string, series: string) => {
      const at = after.panels.findIndex(({ id }) => id === panel)
      return latest.values[at]![after.panels[at]!.series.indexOf(series)]
    }
    expect(value('queryTimes', 'P50')).toBeGreaterThan(0)
    expect(value('queryRate', 'select')).toBeGreaterThanOrEqual(0.5)
    expect(value('slowQueries', 'select')).toBe(0)
    expect(value('nPlusOne', 'n-plus-one')).toBe(0)
    expect(value('poolUtilization', 'lent')).toBeTypeOf('number')
    expect(value('slowestEndpoints', 'GET /api/sessions')).toBeTypeOf('number')

    await clock.advance(20 * 60_000)
    const kept = await read()
    expect(kept.samples.length).toBe(450)
    expect(kept.samples[0]!.at).toBe(new Date(clock.now() - 449 * 2000).toISOString())
  })

  it('streams all at first, then each sample, until the login ends; streams are no slow requests', async () => {
    const login = await signIn()
    const response = await stream(login.accessToken)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsOf(response)
    const next = async () => (await events.next()).value!
    const first = await next()
    expect(first.event).toBe('overview')
    expect((JSON.parse(first.data) as Overview).panels.length).toBe(9)
    await clock.advance(2000)
    const sample = sampleOf(await next())
    expect([sample.at, sample.values.length]).toEqual([new Date(clock.now()).toISOString(), 9])

    // An endpoint that is new to a chart: all is told again.
    await test.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${login.accessToken}` } })
    await clock.advance(2000)
    const third = await next()
    expect(third.event).toBe('overview')
    expect(
      (JSON.parse(third.data) as Overview).panels.find(({ id }) => id === 'slowestEndpoints')!.series,
    ).toContain('GET /api/auth/me')

    await test.auth.logout(
      { ...gatewayActor('test'), userId: login.user.id, role: 'admin' },
      (await test.auth.verify(login.accessToken)).sessionId,
    )
    await clock.advance(30_000)
    for await (const event of events) expect(sampleOf(event).values.length).toBe(9)
    const scraped = (await test.app.inject({ method: 'GET', url: '/metrics' })).body
    const ofStream = (metric: string) =>
      scraped.split('\n').filter(line => line.startsWith(metric) && line.includes('/overview/stream'))
    expect(ofStream('voiceassist_http_requests_total').join()).toMatch(/status_class="2xx"\} 1\b/)
    expect(ofStream('voiceassist_http_request_duration_seconds_count')).toEqual([])
    expect(ofStream('voiceassist_response_time_p95_seconds')).toEqual([])
  })

  it('keeps ten streams of one user, and ends them when they leave or the gateway closes', async () => {
    const leaving = new AbortController()
    const { accessToken } = await signIn()
    const open = (signal?: AbortSignal) =>
      fetch(`${address}${path}/stream`, {
        headers: { authorization: `Bearer ${accessToken}` },
        ...(signal ? { signal } : {}),
      })
    const first = await open(leaving.signal)
    const others = await Promise.all(Array.from({ length: 9 }, () => open()))
    expect([first, ...others].map(({ status }) => status)).toEqual(Array(10).fill(200))
    const refused = await open()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' })

    leaving.abort()
    let again = await open()
    while (again.status === 429) again = await open()
    expect(again.status).toBe(200)
    const closed = test.app.close()
    await Promise.all([...others, again].map(response => response.text()))
    await closed
  })
})

it('has nothing to show of a gateway without metrics', async () => {
  const test = await openTestApp({ overrides: { metricsEnabled: false } })
  for (const url of [path, `${path}/stream`])
    expect((await test.call('GET', url, { as: 'admin' })).json()).toMatchObject({
      status: 409,
      code: 'METRICS_DISABLED',
    })
  await test.close()
})

async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: string }, undefined> {
  const waiting: { event: string; data: string }[] = []
  const parser = createParser({ onEvent: ({ event = '', data }) => void waiting.push({ event, data }) })
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    parser.feed(text)
    yield* waiting.splice(0)
  }
}

/** All is told again when a series is new: also one of what another test of the process left to do. */
function sampleOf({ event, data }: { readonly event: string; readonly data: string }): OverviewSample {
  if (event === 'sample') return JSON.parse(data) as OverviewSample
  expect(event).toBe('overview')
  return (JSON.parse(data) as Overview).samples.at(-1)!
}
