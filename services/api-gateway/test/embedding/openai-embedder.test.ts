import { type Clock, systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from '#src/embedding/openai-embedder'
import { describeEmbedder } from './embedder-contract.js'
import { answerJson, answerStatus, answerVectors, startEmbeddingsServer } from './embeddings-server.js'

const key = 'sk-very-secret'
const hashing = createHashingEmbedder(8)
const honest: Parameters<typeof startEmbeddingsServer>[0] = async (response, request) =>
  answerVectors(await hashing.embed(request.body.input))(response, request)

let server: Awaited<ReturnType<typeof startEmbeddingsServer>>
beforeAll(async () => {
  server = await startEmbeddingsServer(honest)
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  server.replies.length = 0
})

const open = (options: Partial<OpenAiEmbedderOptions> = {}) =>
  createOpenAiEmbedder({
    url: server.url,
    apiKey: key,
    model: 'm',
    timeoutMs: 1000,
    clock: systemClock,
    ...options,
  })
const known = (options: Partial<OpenAiEmbedderOptions> = {}) => open({ dimensions: 8, ...options })

describeEmbedder('an embeddings server', () => open())

describe('requests', () => {
  test.each([
    ['', '/v1/embeddings'],
    ['/', '/v1/embeddings'],
    ['/v1', '/v1/embeddings'],
    ['/v1/embeddings/', '/v1/embeddings'],
    ['/proxy/openai/v1?version=2', '/proxy/openai/v1/embeddings?version=2'],
  ])('the address %j leads to %s', async (suffix, path) => {
    await (await known({ url: server.url + suffix })).embed(['a'])
    expect(server.requests.map(request => request.path)).toEqual([path])
  })

  test.each(['localhost', 'ftp://host/', 'http://user:password@host/'])(
    'the address %s is refused',
    async url => {
      await expect(open({ url })).rejects.toMatchObject({ code: 'CONFIG_INVALID', field: 'EMBEDDINGS_URL' })
    },
  )

  test('name the model and carry the key', async () => {
    await (await known()).embed(['a', ' '])
    expect(server.requests).toEqual([
      { path: '/v1/embeddings', authorization: `Bearer ${key}`, body: { model: 'm', input: ['a', '-'] } },
    ])
  })

  test('carry 64 texts at most', async () => {
    const texts = Array.from({ length: 130 }, (_, index) => `text ${index}`)
    const vectors = await (await known()).embed(texts)
    expect(server.requests.map(request => request.body.input.length)).toEqual([64, 64, 2])
    expect(vectors).toEqual(await hashing.embed(texts))
  })

  test('dimensions are asked for once when not given', async () => {
    const embedder = await open()
    expect(embedder.dimensions).toBe(8)
    expect(server.requests).toHaveLength(1)
  })
})

describe('answers', () => {
  const item = (index: unknown, embedding: unknown) => ({ index, embedding })
  const vector = [3, 0, 0, 0, 0, 0, 0, 4]

  test('are put in the order of their indexes, at unit length', async () => {
    server.replies.push(answerJson({ data: [item(1, vector), item(0, [...vector].reverse())] }))
    const [first, second] = await (await known()).embed(['a', 'b'])
    expect([first![0], second![0]]).toEqual([Math.fround(0.8), Math.fround(0.6)])
  })

  test.each<[string, unknown]>([
    ['no list', { error: 'secret text' }],
    ['null', null],
    ['too few vectors', { data: [item(0, vector)] }],
    ['too many vectors', { data: [item(0, vector), item(1, vector), item(2, vector)] }],
    ['an index twice', { data: [item(0, vector), item(0, vector)] }],
    ['an index out of range', { data: [item(1, vector), item(2, vector)] }],
    ['an index that is a name', { data: [item('length', vector), item(0, vector)] }],
    ['null for a vector', { data: [item(0, vector), null] }],
    ['other dimensions', { data: [item(0, vector), item(1, [1, 2])] }],
    ['no numbers', { data: [item(0, vector), item(1, vector.map(String))] }],
    ['a null in a vector', { data: [item(0, vector), item(1, [null, ...vector.slice(1)])] }],
    [
      'a zero vector',
      {
        data: [
          item(0, vector),
          item(
            1,
            vector.map(() => 0),
          ),
        ],
      },
    ],
    [
      'numbers out of bounds',
      {
        data: [
          item(0, vector),
          item(
            1,
            vector.map(() => 1e300),
          ),
        ],
      },
    ],
  ])('with %s are refused, and not asked for again', async (_name, answer) => {
    server.replies.push(answerJson(answer))
    await expect((await known()).embed(['a', 'b'])).rejects.toMatchObject({ code: 'EMBEDDER_FAILED' })
    expect(server.requests).toHaveLength(1)
  })

  test('that are not JSON are refused', async () => {
    server.replies.push(response => {
      response.end('<html>secret text')
    })
    await expect((await known()).embed(['a'])).rejects.toMatchObject({ code: 'EMBEDDER_FAILED' })
  })
})

describe('failures', () => {
  test.each([400, 401, 404])('status %i is final', async status => {
    server.replies.push(answerStatus(status))
    await expect((await known()).embed(['a'])).rejects.toMatchObject({
      message: expect.stringContaining(String(status)),
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a redirect is not followed with the key', async () => {
    const other = await startEmbeddingsServer(honest)
    server.replies.push(...Array.from({ length: 4 }, () => answerStatus(307, { location: other.url })))
    await expect((await known()).embed(['a'])).rejects.toMatchObject({ code: 'EMBEDDER_FAILED' })
    expect(other.requests).toHaveLength(0)
    await other.close()
  })

  test('a longer pause than the bound fails at once', async () => {
    server.replies.push(answerStatus(429, { 'retry-after': '3600' }))
    await expect((await known()).embed(['a'])).rejects.toMatchObject({
      code: 'EMBEDDER_FAILED',
      message: expect.stringContaining('3600 s'),
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a server that cannot be reached, with neither key nor text in the error', async () => {
    const gone = await startEmbeddingsServer(honest)
    await gone.close()
    const error = await known({ url: gone.url })
      .then(embedder => embedder.embed(['private words']))
      .catch(cause => cause)
    expect(error).toMatchObject({
      code: 'EMBEDDER_FAILED',
      message: 'The embeddings server cannot be reached',
    })
    for (let cause = error; cause; cause = cause.cause) {
      expect(`${cause.message}${cause.stack}${JSON.stringify(cause)}`).not.toMatch(/private|very-secret/)
    }
  })

  test('an abort ends a call that the server leaves waiting', async () => {
    server.replies.push(() => {})
    const controller = new AbortController()
    const arrived = server.nextRequest()
    const call = (await known()).embed(['a'], { signal: controller.signal })
    await arrived
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })

  test('so does closing', async () => {
    server.replies.push(() => {})
    const embedder = await known()
    const arrived = server.nextRequest()
    const call = embedder.embed(['a'])
    await Promise.all([
      arrived.then(() => embedder.close()),
      expect(call).rejects.toMatchObject({ code: 'EMBEDDER_FAILED' }),
    ])
  })

  test('a busy server is asked again, later each time, and not for ever', async () => {
    const clock = new PauseClock()
    server.replies.push(...Array.from({ length: 4 }, () => answerStatus(503)))
    const embedder = await known({ clock, timeoutMs })
    await expect(embedder.embed(['private words'])).rejects.toMatchObject({
      message: 'The embeddings server answered with status 503',
    })
    expect(clock.pausesMs).toEqual([250, 500, 1000])
    expect(server.requests).toHaveLength(4)
  })

  test('as late as it says, but not sooner than it would be', async () => {
    const clock = new PauseClock()
    server.replies.push(
      answerStatus(429, { 'retry-after': '7' }),
      answerStatus(503, { 'retry-after': new Date(clock.now() + 5_000).toUTCString() }),
      answerStatus(500, { 'retry-after': '0' }),
    )
    expect(await (await known({ clock, timeoutMs })).embed(['a'])).toHaveLength(1)
    expect(clock.pausesMs).toEqual([7_000, 5_000, 1_000])
  })

  test('a server that stalls is given up at the deadline, and asked again', async () => {
    const clock = new PauseClock()
    server.replies.push(
      () => clock.reachDeadline(),
      response => {
        response.write('{"data":')
        clock.reachDeadline()
      },
    )
    expect(await (await known({ clock, timeoutMs })).embed(['a'])).toHaveLength(1)
    expect(clock.pausesMs).toEqual([250, 500])
    expect(server.requests).toHaveLength(3)
  })
})

const timeoutMs = 30_000

/** A clock on which pauses take no time but are noted, and a deadline comes when a test says so. */
class PauseClock implements Clock {
  readonly pausesMs: number[] = []
  #reachDeadline = () => {}

  now = () => Date.UTC(2025, 0, 1)
  monotonic = () => 0
  reachDeadline = () => this.#reachDeadline()

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms !== timeoutMs) return void this.pausesMs.push(ms)
    await new Promise<void>((resolve, reject) => {
      this.#reachDeadline = resolve
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}
