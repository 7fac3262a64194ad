import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GatewayClient } from '#src/load/gateway-client'
import { Recorder } from '#src/load/recorder'
import { closedLoop, openLoop, type Sender } from '#src/load/traffic'
import { staleHistory, User } from '#src/load/user'

const stallMs = 1000
let server: Server
let client: GatewayClient
let asked = 0
/** The request with which the server stops to answer for a while. */
let stallsAt = Number.POSITIVE_INFINITY
let stall: Promise<void> | undefined
let history: string[] = []

beforeAll(async () => {
  const answers: Record<string, () => unknown> = {
    'POST /api/auth/login': () => ({ accessToken: 'a', refreshToken: 'r', expiresIn: 600 }),
    'GET /api/sessions': () => ({ items: [{ id: 's' }] }),
    'GET /api/sessions/s/messages': () => ({ items: history.map(id => ({ id })) }),
    'POST /api/sessions/s/messages': () => ({ answer: { id: 'the answer' } }),
  }
  server = createServer(async (request, response) => {
    if (++asked === stallsAt) stall = sleep(stallMs)
    await stall
    const found = answers[`${request.method} ${request.url?.split('?')[0]}`]
    response.statusCode = !found ? 404 : request.url?.endsWith('s/messages') ? 201 : 200
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(found ? found() : { code: 'NOT_FOUND' }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  client = new GatewayClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(async () => {
  await client.close()
  server.closeAllConnections()
})

const plain: Sender = {
  isAdministrator: false,
  due: () => undefined,
  perform: () => client.ask({ method: 'GET', path: '/api/sessions' }),
}
const common = { questions: ['?'], seed: 7, requests: 100_000, signal: new AbortController().signal }

/** Records a run in which the server stalls at its hundredth request. */
async function measured(traffic: (recorder: Recorder) => Promise<void>) {
  asked = 0
  stallsAt = 100
  const recorder = new Recorder(performance.now(), 1000)
  recorder.phase('measured', performance.now())
  await traffic(recorder)
  stallsAt = Number.POSITIVE_INFINITY
  return recorder.end(performance.now())
}

test('an open loop counts a stall for all who would have come, which one who waits does not see', async () => {
  const open = await measured(recorder =>
    openLoop({ ...common, users: [plain], recorder, durationMs: 2000, rateAt: () => 200 }),
  )
  const closed = await measured(recorder =>
    closedLoop({ ...common, users: [plain], recorder, durationMs: 2000, thinkMs: 4, rampMs: 0 }),
  )
  // Half of the arrivals came while the server stalled; of a user who waits it is one request.
  expect(open.failed + closed.failed).toBe(0)
  expect(open.overall.p99).toBeGreaterThan(stallMs / 2)
  expect(closed.naive.max).toBeGreaterThan(stallMs / 2)
  expect(closed.naive.p99).toBeLessThan(open.overall.p99 / 2)
  // The closed loop's correction counts the requests that its user did not make.
  expect(closed.overall.p99).toBeGreaterThan(stallMs / 2)
})

test('an open loop counts from when a request was to be sent, where the sender itself was late', async () => {
  let sent = 0
  const user: Sender = {
    ...plain,
    async perform() {
      if (++sent === 20) for (const endMs = performance.now() + 400; performance.now() < endMs; );
      return { status: 200, code: undefined, text: '' }
    },
  }
  const recorder = new Recorder(performance.now(), 1000)
  recorder.phase('measured', performance.now())
  await openLoop({ ...common, users: [user], recorder, durationMs: 600, rateAt: () => 200 })
  const { overall, naive } = recorder.end(performance.now())
  expect(overall.p90).toBeGreaterThan(200)
  expect(naive.p90).toBeLessThan(overall.p90 / 2)
})

test('arrivals are as many as the rate says, the same for a seed, and no more than allowed', async () => {
  const at = async (requests: number) => {
    const intended: number[] = []
    const startMs = performance.now()
    const recorder = {
      record: ({ intendedMs }: { intendedMs: number }) => intended.push(intendedMs - startMs),
    }
    await openLoop({
      ...common,
      requests,
      users: [{ ...plain, perform: async () => ({ status: 200, code: undefined, text: '' }) }],
      recorder: recorder as unknown as Recorder,
      durationMs: 400,
      rateAt: ms => (ms < 200 ? 0 : 1000),
    })
    const sorted = intended.sort((a, b) => a - b)
    return {
      count: sorted.length,
      gaps: sorted.slice(1).map((ms, number) => Math.round(ms - sorted[number]!)),
    }
  }
  const [first, second, few] = [await at(100_000), await at(100_000), await at(20)]
  expect(first.count).toBeGreaterThan(150)
  expect(first.count).toBeLessThan(250)
  expect(second.gaps).toEqual(first.gaps)
  expect(few.count).toBe(20)
})

test('a history that lacks the answer which its reader was given counts as failed', async () => {
  const user = new User(1, { email: 'a@example.org', password: 'p' }, false, [client])
  const perform = (action: Parameters<User['perform']>[0]['action']) =>
    user.perform({ action, question: '?', which: 0 })
  expect(user.due(performance.now())).toBe('log in')
  // Another request of the same user does not log in a second time.
  expect(user.due(performance.now())).toBeUndefined()
  await perform('log in')
  await perform('list sessions')
  await perform('post message')
  history = ['the answer', 'the question']
  expect(await perform('read history')).toMatchObject({ code: undefined })
  history = ['the question']
  expect(await perform('read history')).toMatchObject({ code: staleHistory })
  expect(await perform('search')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
})

test('who does not listen is an error by its code', async () => {
  const nobody = new GatewayClient('http://127.0.0.1:1')
  expect(await nobody.ask({ method: 'GET', path: '/' })).toEqual({
    status: 0,
    code: 'ECONNREFUSED',
    text: '',
  })
  await nobody.close()
})
