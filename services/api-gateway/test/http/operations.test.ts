import { FakeClock, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestApp, type TestApp } from './support/test-app.js'

const metricsToken = 'scrape!me:with/any=characters'

describe('health', () => {
  const clock = new FakeClock()
  const state = { broken: false }
  const stuck = gate()
  const probes = { stuck: 0 }
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({
      clock,
      overrides: {
        healthChecks: [
          {
            name: 'database',
            check: async () => {
              if (state.broken) throw new Error('password of host 10.0.0.5 refused')
            },
          },
          {
            name: 'embedder',
            check: () => {
              probes.stuck += 1
              return probes.stuck === 1 ? Promise.resolve() : stuck.opened
            },
          },
        ],
      },
    })
  })
  afterAll(() => test.close())

  it('is ready when every part answers', async () => {
    const answer = await test.call('GET', '/health/ready')
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'ok', checks: { database: 'ok', embedder: 'ok' } },
    ])
  })

  it('names what is down, and what does not answer within two seconds, and no more', async () => {
    state.broken = true
    const [one, two] = [test.call('GET', '/health/ready'), test.call('GET', '/health/ready')]
    await expect.poll(() => clock.sleeping).toBe(2)
    await clock.advance(2000)
    for (const answer of await Promise.all([one, two])) {
      expect(answer.statusCode).toBe(503)
      expect(answer.json()).toEqual({ status: 'down', checks: { database: 'down', embedder: 'down' } })
    }
    expect(probes.stuck, 'one probe at a time').toBe(2)
    expect((await test.call('GET', '/health/live')).json()).toEqual({ status: 'ok' })
    state.broken = false
    stuck.open()
    expect((await test.call('GET', '/health/ready')).statusCode).toBe(200)
  })
})

describe('metrics', () => {
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({ overrides: { metricsToken } })
  })
  afterAll(() => test.close())

  const scrape = async () => {
    const answer = await test.call('GET', '/metrics', {
      headers: { authorization: `Bearer ${metricsToken}` },
    })
    expect(answer.statusCode).toBe(200)
    return answer.body
  }

  it('are for who has the token', async () => {
    await scrape()
    const others: Record<string, string>[] = [
      {},
      { authorization: 'Bearer other' },
      { authorization: metricsToken },
    ]
    for (const headers of others)
      expect((await test.call('GET', '/metrics', { headers })).json()).toMatchObject({
        code: 'UNAUTHENTICATED',
      })
  })

  it('count requests by method, route template and class of status, from 0 on', async () => {
    const counted = (route: string, status: string) =>
      scrape().then(body => {
        const line = body
          .split('\n')
          .find(text =>
            text.startsWith(
              `voiceassist_http_requests_total{method="GET",route="${route}",status_class="${status}"}`,
            ),
          )
        return line === undefined ? undefined : Number(line.split(' ').at(-1))
      })
    expect(await counted('/api/sessions/:id', '4xx')).toBe(0)
    await test.call('GET', '/api/sessions/00000000-0000-4000-8000-000000000000', { as: 'user' })
    await test.call('GET', '/api/sessions/patient-smith', { as: 'user' })
    expect(await counted('/api/sessions/:id', '4xx')).toBe(2)
    await test.call('GET', '/patients/smith')
    expect(await counted('unmatched', '4xx')).toBe(1)
    expect(await scrape()).toMatch(
      /voiceassist_http_request_duration_seconds_count\{method="GET",route="\/api\/sessions\/:id",status_class="4xx"\} 2/,
    )
  })

  it.each([
    [400, '/api/%zz'],
    [414, `/api/sessions/${'a'.repeat(300)}`],
  ])('and the access log have what is refused before it has a route (%i)', async (status, url) => {
    const unmatched = async () =>
      Number(
        /_http_requests_total\{method="PATCH",route="unmatched",status_class="4xx"\} (\d+)/.exec(
          await scrape(),
        )?.[1] ?? 0,
      )
    const before = await unmatched()
    test.log.length = 0
    expect((await test.call('PATCH', url)).statusCode).toBe(status)
    expect(test.log.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ msg: 'request', method: 'PATCH', route: 'unmatched', status }),
    ])
    expect(await unmatched()).toBe(before + 1)
  })

  it('show the database pool and the process', async () => {
    const body = await scrape()
    for (const name of ['size', 'checked_out', 'checked_in', 'overflow', 'utilization_percent'])
      expect(body).toMatch(new RegExp(`^voiceassist_db_pool_${name} \\d+$`, 'm'))
    expect(body).toMatch(/^process_cpu_seconds_total /m)
    expect(body).toMatch(/^nodejs_eventloop_lag_seconds /m)
  })

  it('are absent, and nothing is counted, where METRICS_ENABLED is false', async () => {
    const off = await openTestApp({ overrides: { metricsEnabled: false } })
    expect((await off.app.inject({ url: '/metrics' })).statusCode).toBe(404)
    expect((await off.app.inject({ url: '/api/%zz' })).statusCode).toBe(400)
    expect((await off.call('GET', '/api/auth/me', { as: 'user' })).statusCode).toBe(200)
    await off.close()
  })

  it('are for this machine where there is no token', async () => {
    const open = await openTestApp()
    const from = (remoteAddress: string, headers = {}) =>
      open.app.inject({ url: '/metrics', remoteAddress, headers })
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect((await from(address)).statusCode, address).toBe(200)
    for (const address of ['10.0.0.5', '::ffff:10.0.0.5', '2001:db8::1', '1127.0.0.1'])
      expect((await from(address)).json(), address).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    expect((await from('127.0.0.1', { 'x-forwarded-for': '10.0.0.5' })).statusCode).toBe(403)
    expect((await from('127.0.0.1', { forwarded: 'for=10.0.0.5' })).statusCode).toBe(403)
    await open.close()
  })
})

describe('a process that cannot keep up', () => {
  it('turns requests away, says so at level warn, and tells how it is', async () => {
    const memory = process.memoryUsage()
    const full = { ...memory, heapUsed: Number.MAX_SAFE_INTEGER }
    const measure = vi.spyOn(process, 'memoryUsage').mockReturnValue(full)
    const test = await openTestApp()
    const ask = () => test.call('GET', '/api/auth/me', { as: 'user' })
    try {
      await expect.poll(async () => (await ask()).statusCode, { timeout: 60_000 }).toBe(503)
      test.log.length = 0
      const answer = await ask()
      expect(answer.json()).toMatchObject({ status: 503, code: 'OVERLOADED' })
      expect(answer.headers['retry-after']).toBe('1')
      const lines = test.log.map(line => JSON.parse(line))
      expect(lines.map(({ level, code }) => ({ level, code }))).toEqual([
        { level: 40, code: 'OVERLOADED' },
        { level: 30, code: undefined },
      ])
      expect(test.log.join()).not.toContain('"at":')
      expect((await test.call('GET', '/health/live')).statusCode).toBe(200)
      expect((await test.call('GET', '/metrics')).statusCode).toBe(200)
      measure.mockReturnValue(memory)
      await expect.poll(async () => (await ask()).statusCode, { timeout: 60_000 }).toBe(200)
    } finally {
      measure.mockRestore()
      await test.close()
    }
  })
})
