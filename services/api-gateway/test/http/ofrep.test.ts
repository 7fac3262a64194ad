import { OFREPProvider } from '@openfeature/ofrep-provider'
import { type Client, OpenFeature } from '@openfeature/server-sdk'
import { FakeClock } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExampleFlags, openExampleFlags } from './support/example-flags.js'
import { ofrepFaults } from './support/ofrep-schema.js'
import { openTestApp, type TestApp, type TestRole } from './support/test-app.js'

const bulk = '/ofrep/v1/evaluate/flags'
const json = { 'content-type': 'application/json' }
const requestsPerMinute = 300

let test: TestApp
let url: string
const clock = new FakeClock()
let example: ExampleFlags

beforeAll(async () => {
  example = await openExampleFlags(clock)
  test = await openTestApp({
    clock,
    flags: example.flags,
    overrides: { rateLimits: { requestsPerMinute, loginsPerMinute: 20 } },
  })
  url = await test.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => test.close())

const idOf = (role: TestRole) => test.users[role].id
const own = (more: object = {}) => ({ context: { targetingKey: idOf('user'), ...more } })

function evaluateAll(payload: object = own(), as: TestRole = 'user') {
  return test.call('POST', bulk, { as, payload })
}

async function flagsOf(payload?: object): Promise<Map<string, Record<string, unknown>>> {
  const answer = await evaluateAll(payload)
  expect(ofrepFaults('bulkSuccess', answer.json())).toBe('')
  return new Map(answer.json().flags.map((flag: { key: string }) => [flag.key, flag]))
}

describe('a server program over OFREP', () => {
  let client: Client
  beforeAll(async () => {
    const headers = { authorization: `Bearer ${test.users.user.token}` }
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: url, headers }))
    client = OpenFeature.getClient()
  })
  afterAll(() => OpenFeature.close())

  it('gets values of every type', async () => {
    const { context } = own()
    expect(await client.getBooleanDetails('llm-answers', false, context)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { owner: 'answers' },
    })
    expect(await client.getNumberValue('top-k', 1, context)).toBe(7)
    expect(await client.getObjectValue('layout', {}, context)).toEqual({ columns: 2, names: ['a'] })
    expect(await client.getStringDetails('ranker', 'none', { ...context, ward: 'B' })).toMatchObject({
      value: 'neural',
      variant: 'neural',
      reason: 'TARGETING_MATCH',
    })
    expect(await client.getStringValue('split', 'none', context)).toMatch(/^[AB]$/)
  })

  it.each([
    ['missing', () => own().context, 'FLAG_NOT_FOUND'],
    ['ranker', () => ({ ward: 'B' }), 'TARGETING_KEY_MISSING'],
    ['llm-answers', () => own().context, 'TYPE_MISMATCH'],
  ])('gets its default and the code: %s', async (key, context, errorCode) => {
    const details = await client.getStringDetails(key, 'mine', context())
    expect(details).toMatchObject({ value: 'mine', reason: 'ERROR', errorCode })
  })
})

describe('answers of OFREP', () => {
  it('leave out what is archived, and say reasons that its list lacks in the metadata', async () => {
    const all = await flagsOf(own({ note: 'x'.repeat(5000) }))
    expect([...all.keys()]).not.toContain('gone')
    expect(all.get('llm-answers')).toEqual({
      key: 'llm-answers',
      value: true,
      variant: 'on',
      reason: 'STATIC',
      metadata: { owner: 'answers' },
    })
    expect(all.get('split')).toMatchObject({ reason: 'SPLIT' })
    expect(all.get('off')).toEqual({ key: 'off', value: false, variant: 'off', reason: 'DISABLED' })
    expect(all.get('in-code'), 'the default in the code').toEqual({ key: 'in-code', reason: 'DISABLED' })
    const reasonOf = (key: string) => [all.get(key)?.reason, all.get(key)?.metadata]
    expect(reasonOf('ranker')).toEqual(['UNKNOWN', { 'voiceassist.reason': 'DEFAULT' }])
    expect(reasonOf('needs-off')).toEqual(['UNKNOWN', { 'voiceassist.reason': 'PREREQUISITE_FAILED' }])
    expect(all.get('broken'), 'off, whatever the default in the code').toEqual({
      key: 'broken',
      value: false,
      variant: 'off',
      reason: 'UNKNOWN',
      metadata: { 'voiceassist.reason': 'ERROR' },
    })
    await example.whileStale(async () => {
      expect((await flagsOf()).get('top-k')).toMatchObject({
        value: 7,
        reason: 'UNKNOWN',
        metadata: { 'voiceassist.reason': 'STALE' },
      })
    })
  })

  it.each([
    ['top-k', 200, 'success'],
    ['in-code', 200, 'success'],
    ['broken', 200, 'success'],
    ['missing', 404, 'notFound'],
  ] as const)('are of the shape that the protocol has: %s %i', async (key, status, kind) => {
    const payload = own({ note: 'x'.repeat(5000) })
    const answer = await test.call('POST', `${bulk}/${key}`, { as: 'user', payload })
    expect([answer.statusCode, ofrepFaults(kind, answer.json())]).toEqual([status, ''])
    expect(answer.json().key).toBe(key)
  })

  it.each([
    ['broken JSON', () => '{"context":', 'PARSE_ERROR'],
    ['no UTF-8', () => Buffer.from('{"context":{"targetingKey":"\xff"}}', 'latin1'), 'PARSE_ERROR'],
    ['no body', () => undefined, 'INVALID_CONTEXT'],
    ['no context', () => ({}), 'TARGETING_KEY_MISSING'],
    ['no targeting key', () => ({ context: { ward: 'B' } }), 'TARGETING_KEY_MISSING'],
    ['an empty targeting key', () => ({ context: { targetingKey: '' } }), 'TARGETING_KEY_MISSING'],
    ['a targeting key of another type', () => ({ context: { targetingKey: 7 } }), 'INVALID_CONTEXT'],
    ['a context that is a list', () => ({ context: [] }), 'INVALID_CONTEXT'],
    [
      'more than 64 attributes',
      () => own(Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`a${index}`, 1]))),
      'INVALID_CONTEXT',
    ],
    [
      'a context of 8000 levels',
      () => `{"context":{"targetingKey":"${idOf('user')}","deep":${'['.repeat(8000)}${']'.repeat(8000)}}}`,
      'INVALID_CONTEXT',
    ],
    ['more than 16 KiB', () => own({ note: 'x'.repeat(16_384) }), 'INVALID_CONTEXT'],
  ])('refuse %s in the shape of the protocol', async (_what, payload, errorCode) => {
    for (const [path, kind] of [
      [bulk, 'bulkFailure'],
      [`${bulk}/top-k`, 'failure'],
    ] as const) {
      const body = payload()
      const call = { as: 'user', headers: json, ...(body === undefined ? {} : { payload: body }) } as const
      const answer = await test.call('POST', path, call)
      expect([answer.statusCode, answer.json().errorCode]).toEqual([400, errorCode])
      expect(ofrepFaults(kind, answer.json())).toBe('')
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    }
  })

  it('take 64 attributes', async () => {
    const more = Object.fromEntries(Array.from({ length: 63 }, (_, index) => [`a${index}`, index]))
    expect((await evaluateAll(own(more))).statusCode).toBe(200)
  })

  it('are for one’s own key; of others only administrators are told', async () => {
    const payload = { context: { targetingKey: idOf('admin') } }
    for (const path of [bulk, `${bulk}/top-k`])
      for (const as of ['user', 'viewer'] as const) {
        const refused = await test.call('POST', path, { as, payload })
        expect(refused.json()).toMatchObject({ status: 403, code: 'FORBIDDEN' })
      }
    expect((await evaluateAll(own(), 'admin')).statusCode).toBe(200)
  })

  it('are 503 with Retry-After before any flags are known', async () => {
    const { flags } = example
    const { snapshot } = flags
    flags.snapshot = () => undefined
    const answer = await evaluateAll()
    flags.snapshot = snapshot
    expect(answer.json()).toMatchObject({ status: 503, code: 'FLAGS_NOT_READY' })
    expect(answer.headers['retry-after']).toBe('1')
  })

  it('are 500 in the shape of the protocol for a fault, without its words', async () => {
    const { flags } = example
    const { snapshot } = flags
    flags.snapshot = () => {
      throw new Error('secret')
    }
    const answer = await test.call('POST', `${bulk}/top-k`, { as: 'user', payload: own() })
    flags.snapshot = snapshot
    expect([answer.statusCode, ofrepFaults('failure', answer.json())]).toEqual([500, ''])
    expect(answer.body).not.toContain('secret')
  })

  it('leave nothing of a context in the log', async () => {
    await evaluateAll(own({ ward: 'the ward of Mrs. Jones' }))
    await evaluateAll({ context: { note: 'the note of Mrs. Jones' } })
    expect(test.log.join()).not.toContain('Jones')
  })
})

describe('/api/flags', () => {
  const get = (path: string, headers = {}) => test.call('GET', path, { as: 'user', headers })

  it('are as they are for the caller', async () => {
    const isUser = { attribute: 'role', operator: 'equals', value: 'user' } as const
    const mine = { id: 'mine', when: isUser, serve: { variant: 'neural' } }
    await example.change('ranker', { targetingRules: [mine] })
    const { items } = (await get('/api/flags')).json()
    const expected = {
      name: 'ranker',
      enabled: true,
      value: 'neural',
      variant: 'neural',
      reason: 'TARGETING_MATCH',
    }
    expect(items).toContainEqual(expected)
    expect((await get('/api/flags/ranker')).json()).toEqual(expected)
    expect((await get('/api/flags/in-code')).json()).toMatchObject({
      enabled: false,
      value: null,
      variant: null,
    })
    expect((await test.call('GET', '/api/flags/ranker', { as: 'admin' })).json()).toMatchObject({
      value: 'plain',
    })
    expect((await get('/api/flags/missing')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it.each(['/api/flags', '/api/flags/top-k'])('have an ETag: %s', async path => {
    const tag = String((await get(path)).headers.etag)
    expect((await get(path, { 'if-none-match': tag })).statusCode).toBe(304)
    await example.change('top-k', { value: path.length })
    expect((await get(path, { 'if-none-match': tag })).statusCode).toBe(200)
  })
})

// The last one: it uses up what the address may ask for.
it('answers 429 with Retry-After, which a client keeps to', async () => {
  let answer = await evaluateAll()
  for (let sent = 0; answer.statusCode !== 429 && sent < requestsPerMinute; sent += 1)
    answer = await evaluateAll()
  expect(answer.json()).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  let requests = 0
  const headers = { authorization: `Bearer ${test.users.user.token}` }
  const counting: typeof fetch = (...given) => {
    requests += 1
    return fetch(...given)
  }
  await OpenFeature.setProviderAndWait(
    'limited',
    new OFREPProvider({ baseUrl: url, headers, fetchImplementation: counting }),
  )
  const client = OpenFeature.getClient('limited')
  expect(await client.getNumberValue('top-k', 1, own().context)).toBe(1)
  expect(await client.getNumberValue('top-k', 1, own().context)).toBe(1)
  expect(requests).toBe(1)
})
