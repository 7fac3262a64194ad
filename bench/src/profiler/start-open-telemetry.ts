import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** Spans that are made and thrown away, and metrics that are kept: what an application pays before anything is exported. */
export function startOpenTelemetry() {
  let spans = 0
  const processor: SpanProcessor = {
    onStart() {},
    onEnd(span: ReadableSpan) {
      if (span.name.startsWith('pg.query')) spans++
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [processor] })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 1000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  registerInstrumentations({ instrumentations: [new PgInstrumentation()], tracerProvider, meterProvider })
  const tracer = tracerProvider.getTracer('bench')
  return {
    async inSpan(work: () => Promise<void>) {
      const span = tracer.startSpan('GET /bench')
      await context.with(trace.setSpan(context.active(), span), work)
      span.end()
    },
    queries: () => spans,
  }
}
