import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessTokenOf } from '../start/gateway-client.js'
import { type GatewayProcess, startGateway } from '../start/gateway-process.js'
import { type GatewayStage, openStage } from '../start/gateway-stage.js'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.js'

const timeout = 120_000
const phi = 'Canary-Smith'
/** Each character may come as itself, percent-encoded, in base64 or in hexadecimal. */
const forms = [
  phi,
  phi.toLowerCase(),
  Buffer.from(phi).toString('base64url').slice(0, -2),
  Buffer.from(phi).toString('hex'),
]
const callerId = 'b7ad6b7169203331'

let stage: GatewayStage
let receiver: OtlpReceiver
let gateway: GatewayProcess
let token: string
let email: string
beforeAll(async () => {
  stage = await openStage('pglite')
  receiver = await startOtlpReceiver()
  gateway = await startGateway({
    ...stage.environment,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  })
  email = gateway.administrator!.email
  token = await accessTokenOf(gateway, gateway.administrator!)
}, timeout)
afterAll(async () => {
  gateway?.child.kill('SIGKILL')
  await receiver?.close()
  await stage?.close()
}, timeout)

interface Traced {
  readonly traceId: string
  readonly status: number
  readonly body: string
}

/** A call below a trace of its own. */
async function call(method: string, path: string, body?: object, flags = '01'): Promise<Traced> {
  const traceId = randomBytes(16).toString('hex')
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      traceparent: `00-${traceId}-${callerId}-${flags}`,
      tracestate: `patient=${phi}`,
      baggage: `patient=${phi}`,
      'user-agent': phi,
      referer: `http://x/${phi}`,
      'x-request-id': phi,
      'x-forwarded-for': phi,
      'x-forwarded-proto': phi,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { traceId, status: response.status, body: await response.text() }
}

const named = (spans: ReceivedSpan[], name: RegExp) => spans.filter(span => name.test(span.name))

test('each request is one trace, with its queries, cache and embeddings, and nothing of what it is about', {
  timeout,
}, async () => {
  const query = `What lowers the blood pressure of Mrs ${phi}?`
  const asked = await call('POST', '/api/search', { query })
  const again = await call('POST', '/api/search', { query })
  const other = await call('POST', '/api/search', { query, topK: 3 })
  const { id } = JSON.parse((await call('POST', '/api/sessions', { title: phi })).body) as { id: string }
  const message = await call('POST', `/api/sessions/${id}/messages`, { content: query })
  const read = await call('GET', `/api/sessions/${id}/messages`)
  const unsampled = await call('POST', '/api/search', { query: `${query} Really?` }, '00')
  const refused = [
    await call('GET', `/api/sessions/${phi}?q=${phi}`),
    await call('GET', `/${phi}?q=${phi}`),
    await call('POST', '/api/auth/login', { email: `${phi}@example.org`, password: phi }),
  ]
  expect([asked, again, other, message, read, unsampled].map(({ status }) => status)).toEqual([
    200, 200, 200, 201, 200, 200,
  ])
  expect(await gateway.end('SIGTERM')).toBe(0) // sends what was not sent yet

  for (const { traceId, status } of [asked, again, other, message, read, ...refused]) {
    const spans = receiver.of(traceId)
    const request = spans.find(({ kind }) => kind === 2)
    expect(request).toMatchObject({
      parentId: callerId,
      attributes: { 'http.response.status_code': status },
      resource: { 'service.name': 'voiceassist-gateway' },
    })
    const ids = new Set([callerId, ...spans.map(({ spanId }) => spanId)])
    for (const { parentId, startNs, endNs } of spans) {
      expect(ids).toContain(parentId)
      expect(startNs).toBeGreaterThanOrEqual(request!.startNs)
      expect(endNs).toBeGreaterThanOrEqual(startNs)
    }
  }
  expect(receiver.of(unsampled.traceId)).toEqual([])

  const first = receiver.of(asked.traceId)
  const [request] = named(first, /^POST \/api\/search$/)
  const [embedding] = named(first, /^embeddings /)
  expect(embedding).toMatchObject({
    parentId: request!.spanId,
    attributes: { 'voiceassist.embedding.count': 1, 'voiceassist.embedding.cached': false },
  })
  expect(named(first, /^POST$/)).toMatchObject([{ parentId: embedding!.spanId, kind: 3 }])
  const queries = first.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql')
  const [searched] = queries.filter(({ name }) => /^SELECT .*\bkb_chunks\b/.test(name))
  expect(searched).toMatchObject({
    parentId: request!.spanId,
    kind: 3,
    attributes: {
      'db.operation.name': 'SELECT',
      'db.query.summary': searched!.name,
      'db.query.text': expect.stringMatching(/\$\d/),
      'voiceassist.db.fingerprint': expect.stringMatching(/^[0-9a-f]{16}/),
      'voiceassist.db.wait_ms': expect.any(Number),
      'voiceassist.db.server_ms': expect.any(Number),
      'voiceassist.db.rows': expect.any(Number),
    },
  })
  const reads = (spans: ReceivedSpan[], namespace: string) =>
    named(spans, new RegExp(`^cache read ${namespace}$`)).map(
      ({ attributes }) => attributes['voiceassist.cache.answered_by'],
    )
  expect(reads(first, 'rag_search')).toContain('loader')
  expect(named(first, /^cache load rag_search$/)).toMatchObject([{ parentId: request!.spanId }])
  expect(named(first, /^cache acquire$/).length).toBeGreaterThan(0)

  const second = receiver.of(again.traceId)
  expect(reads(second, 'rag_search')).toEqual(['memory'])
  expect(named(second, /^(?:embeddings|cache load rag_search)/)).toEqual([])

  expect(named(receiver.of(other.traceId), /^cache read rag_embedding$/)).toMatchObject([
    {
      attributes: {
        'voiceassist.cache.answered_by': 'memory',
        'voiceassist.embedding.model': expect.any(String),
        'voiceassist.embedding.cached': true,
      },
    },
  ])

  const [insert] = named(receiver.of(message.traceId), /^INSERT messages$/)
  expect(insert).toMatchObject({ failed: false, attributes: { 'db.collection.name': 'messages' } })

  const sent = receiver.sent.toLowerCase()
  for (const form of forms) expect(sent).not.toContain(form.toLowerCase())
  for (const secret of [email, token]) expect(sent).not.toContain(secret.toLowerCase())
})
