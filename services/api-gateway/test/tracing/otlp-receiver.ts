import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Gate, gate } from '@voiceassist/testkit'
import { protobufFields } from './protobuf-fields.js'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
  readonly traceState: string
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly startNs: bigint
  readonly endNs: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  readonly failed: boolean
  readonly resource: Readonly<Record<string, unknown>>
}

export interface OtlpReceiver {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  readonly exports: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[]
  /** Everything that was sent, as text. */
  readonly sent: string
  /** Of the next answers. */
  status: number
  /** Does not answer any more. @returns a promise of the next export */
  hang(): Promise<void>
  of(traceId: string): ReceivedSpan[]
  close(): Promise<void>
}

/** A collector on a free port: traces over HTTP as protobuf. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const exports: { path: string; headers: IncomingHttpHeaders }[] = []
  const bodies: string[] = []
  let hung: Gate | undefined
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    if (hung) return hung.open()
    exports.push({ path: request.url!, headers: request.headers })
    bodies.push(body.toString('latin1'))
    if (receiver.status === 200) spans.push(...spansOf(body))
    response.writeHead(receiver.status, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    exports,
    get sent() {
      return bodies.join('\n')
    },
    status: 200,
    hang() {
      hung = gate()
      return hung.opened
    },
    of: (traceId: string) => spans.filter(span => span.traceId === traceId),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return receiver
}

type Fields = ReturnType<typeof protobufFields>

/** Of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1). */
function spansOf(body: Buffer): ReceivedSpan[] {
  return within(protobufFields(body), 1).flatMap(resourceSpans => {
    const resource = attributesOf(within(resourceSpans, 1)[0]!, 1)
    return within(resourceSpans, 2)
      .flatMap(scopeSpans => within(scopeSpans, 2))
      .map(span => spanOf(span, resource))
  })
}

function spanOf(span: Fields, resource: Record<string, unknown>): ReceivedSpan {
  const hex = (field: number) => (span.get(field)?.[0] as Buffer | undefined)?.toString('hex') ?? ''
  const text = (field: number) => String(span.get(field)?.[0] ?? '')
  const number = (field: number) => (span.get(field)?.[0] ?? 0n) as bigint
  return {
    traceId: hex(1),
    spanId: hex(2),
    traceState: text(3),
    parentId: hex(4),
    name: text(5),
    kind: Number(number(6)),
    startNs: number(7),
    endNs: number(8),
    attributes: attributesOf(span, 9),
    failed: within(span, 15)[0]?.get(3)?.[0] === 2n,
    resource,
  }
}

function within(message: Fields, field: number): Fields[] {
  return (message.get(field) ?? []).map(each => protobufFields(each as Buffer))
}

function attributesOf(message: Fields, field: number): Record<string, unknown> {
  return Object.fromEntries(
    within(message, field).map(each => [String(each.get(1)![0]), attributeValue(within(each, 2)[0]!)]),
  )
}

function attributeValue(value: Fields): unknown {
  const [[kind, [given]]] = [...value] as [[number, [bigint | Buffer]]]
  if (kind === 1) return String(given)
  if (kind === 2) return given === 1n
  if (kind === 3) return Number(given)
  if (kind === 4) return new DataView(new BigUint64Array([given as bigint]).buffer).getFloat64(0, true)
  throw new Error(`An attribute's value of kind ${kind} is not read here`)
}
