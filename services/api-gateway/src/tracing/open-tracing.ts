import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import type { TracingConfig } from '../config-tracing.js'
import type { Tracing } from './tracing.js'

export interface OpenTracingOptions {
  /** Absent: there are no traces, and nothing of OpenTelemetry is loaded. */
  readonly config: TracingConfig | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export async function openTracing({
  config,
  clock,
  logger,
}: OpenTracingOptions): Promise<Tracing | undefined> {
  if (!config) return undefined
  const { otlpTracing } = await import('./otlp-tracing.js')
  return otlpTracing(config, clock, logger)
}
