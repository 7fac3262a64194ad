import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { AsyncSlot, type Clock } from '@voiceassist/kernel'

export interface SpanFacts {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
}

/** What all spans of one request have in common. */
interface RequestFacts {
  /** When the monotonic clock was 0. */
  readonly epochMs: number
  readonly traceState: SpanContext['traceState']
}

/** A span under way, and what its children need. Times are of the monotonic clock. */
export class SpanScope {
  readonly isSampled: boolean
  readonly traceId: string
  readonly #scopes: SpanScopes
  readonly #span: Span
  readonly #request: RequestFacts
  #isOpen = true

  constructor(scopes: SpanScopes, span: Span, request: RequestFacts) {
    this.#scopes = scopes
    this.#span = span
    this.#request = request
    const { traceFlags, traceId } = span.spanContext()
    this.isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0
    this.traceId = traceId
  }

  /** What an outgoing call carries. */
  get outgoing(): Context {
    const { traceState } = this.#request
    return trace.setSpanContext(ROOT_CONTEXT, {
      ...this.#span.spanContext(),
      ...(traceState ? { traceState } : {}),
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  begin(facts: SpanFacts): SpanScope {
    const nowMs = this.#scopes.clock.monotonic()
    return new SpanScope(this.#scopes, this.#child(facts, nowMs), this.#request)
  }

  /** A child that is over. */
  add(facts: SpanFacts, startedMs: number, endedMs: number, errorType?: string): void {
    if (!this.isSampled) return
    end(this.#child(facts, startedMs), this.#request.epochMs + endedMs, errorType)
  }

  set(attribute: string, value: string | number): void {
    this.#span.setAttribute(attribute, value)
  }

  end(errorType?: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    end(this.#span, this.#request.epochMs + this.#scopes.clock.monotonic(), errorType)
  }

  #child(facts: SpanFacts, startedMs: number): Span {
    const within = trace.setSpan(ROOT_CONTEXT, this.#span)
    return this.#scopes.start(facts, within, this.#request.epochMs + startedMs)
  }
}

/** Which span is under way where code runs. */
export class SpanScopes {
  readonly clock: Clock
  readonly #tracer: Tracer
  readonly #storage = new AsyncSlot<SpanScope>()

  constructor(tracer: Tracer, clock: Clock) {
    this.#tracer = tracer
    this.clock = clock
  }

  /** Undefined: this is no request's, or that has ended: a job that goes on for hours must not grow its trace. */
  current(): SpanScope | undefined {
    const scope = this.#storage.getStore()
    return scope?.isOpen ? scope : undefined
  }

  run<T>(scope: SpanScope, work: () => T): T {
    return this.#storage.run(scope, work)
  }

  /** @param caller whose span the request's is below; its trace state goes on to others, and into no span. */
  begin(facts: SpanFacts, caller: SpanContext | undefined): SpanScope {
    const { traceState, ...known } = caller ?? {}
    const parent = caller ? trace.setSpanContext(ROOT_CONTEXT, known as SpanContext) : ROOT_CONTEXT
    const startedMs = this.clock.now()
    const request = { epochMs: startedMs - this.clock.monotonic(), traceState }
    return new SpanScope(this, this.start(facts, parent, startedMs), request)
  }

  start({ name, kind, attributes }: SpanFacts, parent: Context, startTime: number): Span {
    return this.#tracer.startSpan(name, { kind, attributes, startTime }, parent)
  }
}

function end(span: Span, endTime: number, errorType: string | undefined): void {
  if (errorType !== undefined) {
    span.setAttribute(ATTR_ERROR_TYPE, errorType)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end(endTime)
}
