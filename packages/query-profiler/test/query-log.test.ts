import { FakeClock } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { QueryRecord } from '#src/capture/query-record'
import { RequestContext } from '#src/capture/request-context'
import { checkProfilerOptions } from '#src/check-profiler-options'
import { type ProfilerEvent, profilerChannel } from '#src/profiler-events'
import type { ProfilerOptions } from '#src/profiler-options'
import { QueryLog } from '#src/query-log'

const text = 'select name from people where id = $1'

describe('queries that are counted several at a time', () => {
  const told: ProfilerEvent[] = []
  const listen = (message: unknown) => void told.push(message as ProfilerEvent)
  const explained: string[] = []

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    profilerChannel.subscribe(listen)
  })
  afterEach(() => {
    vi.useRealTimers()
    profilerChannel.unsubscribe(listen)
    told.length = 0
    explained.length = 0
  })

  function logOf(options: ProfilerOptions = {}): QueryLog {
    return new QueryLog({
      settings: checkProfilerOptions(options),
      requests: new RequestContext(() => {}),
      clock: new FakeClock(),
      worthExplaining: ({ values }, why) => void explained.push(`${why} ${values ?? ''}`.trim()),
    })
  }

  function run(log: QueryLog, durationMs = 1, values?: readonly unknown[]): QueryRecord {
    const record = log.called(text, values, 0)
    record.sentAtMs = 1
    record.answeredAtMs = 1 + durationMs
    record.endedAtMs = 1 + durationMs
    log.ended(record)
    return record
  }

  test('are in every report at once', () => {
    const log = logOf()
    for (let calls = 1; calls < 300; calls++) {
      run(log)
      expect(log.counts()).toMatchObject({ active: 0, byType: { select: { queries: calls } } })
    }
    run(log)
    expect(log.stats.queryReports()).toMatchObject([{ calls: 300 }])
  })

  test('are counted within a tenth of a second, though nobody asks', () => {
    const log = logOf()
    for (let calls = 0; calls < 32; calls++) run(log)
    expect(explained).toEqual([])
    vi.advanceTimersByTime(100)
    expect(explained).toEqual(['changed'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('or once there are 128', () => {
    const log = logOf()
    for (let calls = 0; calls < 127; calls++) run(log)
    expect(explained).toEqual([])
    run(log)
    expect(explained).toEqual(['changed'])
  })

  test('slow ones at once, and those before them first', () => {
    const log = logOf({ slowQueryThresholdMs: 100 })
    run(log)
    run(log, 99)
    expect(told).toEqual([])
    run(log, 100)
    expect(told).toMatchObject([{ kind: 'slow-query', query: { serverMs: 100 } }])
    expect(explained).toEqual(['slow'])
  })

  test('at once, too, where values are kept, which no query that has ended holds', () => {
    const log = logOf({ explainWithParameters: true, slowQueryThresholdMs: 100 })
    expect(run(log, 1, ['private']).values).toBeUndefined()
    expect(run(log, 100, ['private']).values).toBeUndefined()
    expect(explained).toEqual(['slow private'])
  })

  test('after the end, too, of what was under way', () => {
    const log = logOf()
    run(log)
    const record = log.called(text, undefined, 0)
    log.close()
    expect(vi.getTimerCount()).toBe(0)
    record.endedAtMs = 1
    log.ended(record)
    expect(log.counts()).toMatchObject({ active: 0, byType: { select: { queries: 2 } } })
  })

  test('once, though who hears of a slow one asks for a report', () => {
    const log = logOf({ slowQueryThresholdMs: 100 })
    const ask = () => void log.counts()
    profilerChannel.subscribe(ask)
    run(log)
    run(log, 100)
    profilerChannel.unsubscribe(ask)
    expect(log.counts()).toMatchObject({ byType: { select: { queries: 2 } } })
  })

  test('and an error of what counts one reaches nobody, nor keeps the next from being counted', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const log = logOf()
    const observe = vi.spyOn(log.stats, 'observe')
    for (let time = 0; time < 2; time++) {
      observe.mockImplementationOnce(() => {
        throw new Error('a value')
      })
      run(log)
      run(log)
      vi.advanceTimersByTime(100)
    }
    expect(warned.mock.calls.map(([message]) => message)).toEqual([
      'The query profiler failed (Error); queries go on without it',
    ])
    expect(log.counts()).toMatchObject({ byType: { select: { queries: 2 } } })
  })
})
