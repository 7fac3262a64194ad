import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ExportResult } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { FakeClock } from '@voiceassist/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { ReportingExporter } from '#src/tracing/reporting-exporter'
import { closeAll, loggerTo, openTracedApp } from './traced-app.js'

afterEach(closeAll)

describe('the collector', () => {
  test('that refuses changes no answer, and is told of', async () => {
    const { receiver, tracing, app, log } = await openTracedApp()
    receiver.status = 401
    expect((await app.inject('/things/7')).json()).toEqual({ ok: true })
    await tracing.close()
    expect(log).toEqual([expect.stringContaining('"reason":401')])
  })

  test('is told of once when it is gone, and once when it is back', () => {
    const results: ExportResult[] = []
    const log: string[] = []
    const inner = { export: (_: unknown, done: (result: ExportResult) => void) => done(results.shift()!) }
    const exporter = new ReportingExporter(inner as SpanExporter, loggerTo(log))
    const gone = Object.assign(new Error('with a secret'), { code: 'ECONNREFUSED' })
    results.push({ code: 0 }, { code: 1, error: gone }, { code: 1, error: gone }, { code: 0 }, { code: 0 })
    results.push({ code: 1, error: new TypeError('with a secret') })
    const codes: number[] = []
    while (results.length > 0) exporter.export([], ({ code }) => codes.push(code))
    expect(codes).toEqual([0, 1, 1, 0, 0, 1])
    expect(log.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, reason: 'ECONNREFUSED' }),
      expect.objectContaining({ level: 30 }),
      expect.objectContaining({ level: 40, reason: 'TypeError' }),
    ])
    expect(log.join()).not.toContain('secret')
  })

  test('that does not answer holds the end up for three seconds at most', async () => {
    const clock = new FakeClock()
    const { receiver, tracing, app } = await openTracedApp({}, clock)
    const hanging = receiver.hang()
    await app.inject('/things/7')
    let closed = false
    const closing = tracing.close().then(() => {
      closed = true
    })
    await hanging
    expect(closed).toBe(false)
    await clock.advance(3000)
    await closing
    expect(receiver.spans).toEqual([])
  })
})

/** Of OpenTelemetry; its API, which prom-client brings along, is not counted. */
test('without its variable nothing is loaded', { timeout: 120_000 }, () => {
  const dist = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url)))
  const program = `
    import { createRequire } from 'node:module'
    const { runServe } = await import(${dist('cli/serve.js')})
    const { openTracing } = await import(${dist('tracing/open-tracing.js')})
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter(path => /@opentelemetry.(?!api.)/.test(path)).length
    await openTracing({ config: undefined })
    const without = loaded()
    await import(${dist('tracing/otlp-tracing.js')})
    process.stdout.write(JSON.stringify([typeof runServe, without, loaded() > 0]))
    process.exit(0)`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual(['function', 0, true])
})
