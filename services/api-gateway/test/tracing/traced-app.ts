import { type Clock, systemClock } from '@voiceassist/kernel'
import { fastify } from 'fastify'
import { pino } from 'pino'
import { readConfig } from '#src/config'
import { openTracing } from '#src/tracing/open-tracing'
import type { Tracing } from '#src/tracing/tracing'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.js'

export const traceId = '0af7651916cd43dd8448eb211c80319c'
export const callerId = 'b7ad6b7169203331'
export const sampled = { traceparent: `00-${traceId}-${callerId}-01`, tracestate: 'vendor=their-own' }
export const unsampled = { ...sampled, traceparent: `00-${traceId}-${callerId}-00` }

/** Called by `closeAll`, after each test, the last first. */
export const closers: (() => unknown)[] = []
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

export interface TracedApp {
  readonly receiver: OtlpReceiver
  readonly tracing: Tracing
  readonly log: string[]
  readonly app: Awaited<ReturnType<typeof appOf>>
}

/** An app without database, whose requests are traced to a receiver of its own. */
export async function openTracedApp(
  environment: Record<string, string> = {},
  clock: Clock = systemClock,
): Promise<TracedApp> {
  const receiver = await startOtlpReceiver()
  closers.push(() => receiver.close())
  const log: string[] = []
  const logger = loggerTo(log)
  const { tracing: config } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment })
  const tracing = (await openTracing({ config, clock, logger }))!
  closers.push(() => tracing.close())
  return { receiver, tracing, log, app: await appOf(tracing) }
}

export function loggerTo(log: string[]) {
  return pino({ level: 'debug' }, { write: (line: string) => void log.push(line) })
}

async function appOf(tracing: Tracing) {
  const app = fastify()
  closers.push(() => app.close())
  await app.register(tracing.requests)
  app.get('/things/:id', async () => ({ ok: true }))
  app.get('/broken', async () => {
    throw new Error('a secret message')
  })
  return app
}
