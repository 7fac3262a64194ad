import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { systemClock } from '@voiceassist/kernel'
import { startChatServer } from '@voiceassist/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { createChatAnswerWriter } from '#src/answers/chat-answer-writer'
import { createOpenAiEmbedder } from '#src/embedding/openai-embedder'
import { passages } from '../answers/passages.js'
import type { OtlpReceiver } from './otlp-receiver.js'
import { callerId, closeAll, closers, openTracedApp, sampled, traceId, unsampled } from './traced-app.js'

afterEach(closeAll)

/** An embeddings server that tells what its calls carried. */
async function embeddings(status = 200) {
  const calls: IncomingHttpHeaders[] = []
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: string[] }
    calls.push(request.headers)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data: input.map((_, index) => ({ index, embedding: [1, 0] })) }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  closers.push(() => server.closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings?api-key=hidden`
  const clock = systemClock
  const embedder = await createOpenAiEmbedder({ url, model: 'm', dimensions: 2, timeoutMs: 60_000, clock })
  return { calls, embedder }
}

describe('a request', () => {
  test('goes on with its caller’s trace, by its route alone', async () => {
    const { receiver, tracing, app } = await openTracedApp({
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret, x-other = 2',
      OTEL_SERVICE_NAME: 'my gateway',
    })
    await app.inject({ url: '/things/7?q=typed', headers: sampled })
    await tracing.close()
    expect(receiver.exports).toEqual([
      {
        path: '/v1/traces',
        headers: expect.objectContaining({
          'content-type': 'application/x-protobuf',
          'x-key': 'a secret',
          'x-other': '2',
        }),
      },
    ])
    expect(receiver.spans).toEqual([
      {
        traceId,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        parentId: callerId,
        traceState: '',
        name: 'GET /things/:id',
        kind: 2,
        startNs: expect.any(BigInt),
        endNs: expect.any(BigInt),
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/things/:id',
          'http.response.status_code': 200,
          'url.scheme': 'http',
        },
        failed: false,
        resource: expect.objectContaining({
          'service.name': 'my gateway',
          'telemetry.sdk.language': 'nodejs',
        }),
      },
    ])
    const [{ startNs, endNs }] = receiver.spans as [OtlpReceiver['spans'][number]]
    expect(endNs).toBeGreaterThanOrEqual(startNs)
    expect(Math.abs(Number(endNs / 1_000_000n) - Date.now())).toBeLessThan(60_000)
  })

  test('without a caller begins a trace; failures and what is not found are told without text', async () => {
    const { receiver, tracing, app } = await openTracedApp()
    await app.inject({ url: '/broken' })
    await app.inject({ url: '/typed/by-somebody' })
    await app.inject({ url: '/things/7', headers: { traceparent: '00-not-one-01' } })
    await tracing.close()
    expect(
      receiver.spans.map(({ name, failed, attributes }) => [name, failed, attributes['error.type']]),
    ).toEqual([
      ['GET /broken', true, '500'],
      ['GET', false, undefined],
      ['GET /things/:id', false, undefined],
    ])
    expect(new Set(receiver.spans.map(span => span.traceId)).size).toBe(3)
    for (const { parentId } of receiver.spans) expect(parentId).toBe('')
    expect(receiver.sent).not.toMatch(/secret message|typed|somebody/)
  })

  test.each([
    ['parentbased_always_on', '1', unsampled, 0],
    ['parentbased_always_off', '1', sampled, 1],
    ['parentbased_always_off', '1', {}, 0],
    ['parentbased_traceidratio', '0', {}, 0],
    ['traceidratio', '0', sampled, 0],
    ['traceidratio', '1', unsampled, 1],
    ['always_on', '1', unsampled, 1],
    ['always_off', '1', sampled, 0],
  ])('by %s of %s', async (sampler, share, headers, expected) => {
    const { receiver, tracing, app } = await openTracedApp({
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: share,
    })
    await app.inject({ url: '/things/7', headers })
    await tracing.close()
    expect(receiver.spans).toHaveLength(expected)
  })
})

describe('outgoing calls', () => {
  test('to the embeddings server are spans within the embedding’s, and carry the trace on', async () => {
    const { receiver, tracing, app } = await openTracedApp()
    const { calls, embedder } = await embeddings()
    const traced = tracing.embedder(embedder)
    app.get('/embed', async () => ({ vectors: (await traced.embed(['typed', 'too'])).length }))
    await traced.embed(['of no request'])
    expect((await app.inject({ url: '/embed', headers: sampled })).json()).toEqual({ vectors: 2 })
    expect((await app.inject({ url: '/embed', headers: unsampled })).json()).toEqual({ vectors: 2 })
    await tracing.close()
    expect(receiver.of(traceId)).toHaveLength(receiver.spans.length)
    const [call, embedding, request] = receiver.spans as [...OtlpReceiver['spans']] as never[] as Record<
      string,
      unknown
    >[]
    expect([request!.parentId, embedding!.parentId, call!.parentId]).toEqual([
      callerId,
      request!.spanId,
      embedding!.spanId,
    ])
    expect(embedding).toMatchObject({
      name: 'embeddings m',
      attributes: {
        'voiceassist.embedding.model': 'm',
        'voiceassist.embedding.count': 2,
        'voiceassist.embedding.cached': false,
      },
    })
    expect(call).toMatchObject({
      name: 'POST',
      kind: 3,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'url.full': expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1\/embeddings$/),
      },
    })
    const [before, within, notSampled] = calls
    expect(before).not.toHaveProperty('traceparent')
    expect(within).toMatchObject({
      traceparent: `00-${traceId}-${call!.spanId}-01`,
      tracestate: sampled.tracestate,
    })
    expect(notSampled!.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    expect(receiver.sent).not.toMatch(/typed|hidden|vendor/)
  })

  test('that fail say with which status, and the embedding with which code', async () => {
    const { receiver, tracing, app } = await openTracedApp()
    const { embedder } = await embeddings(400)
    const traced = tracing.embedder(embedder)
    app.get('/embed', () => traced.embed(['typed']))
    expect((await app.inject('/embed')).statusCode).toBe(503)
    await tracing.close()
    expect(receiver.spans.map(({ failed, attributes }) => [failed, attributes['error.type']])).toEqual([
      [true, '400'],
      [true, 'EMBEDDER_FAILED'],
      [true, '503'],
    ])
  })

  test('to the language model carry the trace on too, and last as long as its answer', async () => {
    const { receiver, tracing, app } = await openTracedApp()
    const chat = await startChatServer()
    closers.push(() => chat.close())
    const ending = new AbortController().signal
    const options = { url: chat.url, model: 'm', deadlineMs: 60_000, clock: systemClock, ending }
    const writer = createChatAnswerWriter(options)
    app.get('/ask', () =>
      writer.write({
        question: 'typed?',
        asker: { userId: 'u', role: 'user' },
        passages: passages(1),
        signal: ending,
        onDelta() {},
        onReset() {},
      }),
    )
    const answer = await app.inject({ url: '/ask', headers: sampled })
    expect(answer.json()).toMatchObject({ content: 'Yes [1].' })
    await tracing.close()
    const { traceparent } = chat.calls[0]!.response.req.headers
    const call = receiver.spans.find(({ name }) => name === 'POST')
    expect(traceparent).toBe(`00-${traceId}-${call?.spanId}-01`)
    expect(call).toMatchObject({ failed: false, attributes: { 'http.response.status_code': 200 } })
  })
})
