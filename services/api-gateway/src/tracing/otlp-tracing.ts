import { randomUUID } from 'node:crypto'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions'
import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import type { TracingConfig } from '../config-tracing.js'
import { version } from '../version.js'
import { cacheSpans } from './cache-spans.js'
import { tracedEmbedder } from './embedding-spans.js'
import { outgoingSpans } from './outgoing-spans.js'
import { querySpans } from './query-spans.js'
import { ReportingExporter } from './reporting-exporter.js'
import { requestSpans } from './request-spans.js'
import { samplerOf } from './sampler-of.js'
import { SpanScopes } from './span-scope.js'
import { flushMs, type Tracing } from './tracing.js'

/** Spans that wait to be sent; what comes when it is full is lost. */
const maxWaiting = 4096
const maxBatch = 512
const batchEveryMs = 5000

/** Sends spans over HTTP, a batch at a time. It shares nothing with OpenTelemetry's global API. */
export function otlpTracing(config: TracingConfig, clock: Clock, logger: Logger): Tracing {
  const exporter = new OTLPTraceExporter({
    url: tracesAddress(config.endpoint),
    headers: { ...config.headers },
    timeoutMillis: flushMs,
  })
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        [ATTR_SERVICE_NAME]: config.serviceName,
        [ATTR_SERVICE_VERSION]: version,
        [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
      }),
    ),
    sampler: samplerOf(config),
    spanProcessors: [
      new BatchSpanProcessor(new ReportingExporter(exporter, logger), {
        maxQueueSize: maxWaiting,
        maxExportBatchSize: maxBatch,
        scheduledDelayMillis: batchEveryMs,
      }),
    ],
  })
  const propagator = new W3CTraceContextPropagator()
  const scopes = new SpanScopes(provider.getTracer('voiceassist', version), clock)
  let model: string | undefined
  const closers = [querySpans(), cacheSpans(scopes, () => model), outgoingSpans(scopes, propagator)]
  let closed: Promise<void> | undefined
  const close = async () => {
    for (const each of closers) each()
    const flushed = new AbortController()
    const sent = provider.shutdown().catch(() => {}) // reported
    await Promise.race([sent, clock.sleep(flushMs, flushed.signal).catch(() => {})])
    flushed.abort()
  }
  return {
    requests: requestSpans(scopes, propagator),
    embedder(embedder) {
      model = embedder.model
      return tracedEmbedder(scopes, embedder)
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}

function tracesAddress(endpoint: string): string {
  const address = new URL(endpoint)
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/v1/traces`
  return address.href
}
