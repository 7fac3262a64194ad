import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readGauges } from '#src/load/gauges'
import { fewFail, nothingGrows, nothingStale, onlyBy } from '#src/load/objective'
import { readOptions } from '#src/load/options'
import { Recorder, warmUp } from '#src/load/recorder'
import { htmlOf } from '#src/load/report/html'
import { markdownOf } from '#src/load/report/markdown'
import { reportOf } from '#src/load/report/report'
import { writeReports } from '#src/load/report/write-reports'
import type { RunResult } from '#src/load/run'

const folder = await mkdtemp(join(tmpdir(), 'load-report-'))
afterAll(() => rm(folder, { recursive: true }))

const metrics = (second: number) => `# HELP nodejs_heap_size_used_bytes Heap
nodejs_heap_size_used_bytes ${5e7 + second * 1e6}
nodejs_external_memory_bytes 2e7
process_resident_memory_bytes 2e8
process_open_fds 30
nodejs_active_resources_total 20
nodejs_eventloop_lag_p99_seconds 0.02
process_cpu_seconds_total ${second / 10}
cache_hits_total{cache_layer="memory",cache_key_prefix="a"} ${3 * second}
cache_hits_total{cache_layer="memory",cache_key_prefix="b"} ${3 * second}
cache_misses_total{cache_layer="memory",cache_key_prefix="a"} ${2 * second}
cache_hits_total{cache_layer="remote",cache_key_prefix="a"} ${second}
cache_misses_total{cache_layer="remote",cache_key_prefix="a"} ${second}
voiceassist_cache_memory_usage_bytes{cache_layer="memory"} 1000
voiceassist_db_pool_checked_out 3
voiceassist_db_pool_checked_in 4
voiceassist_endpoint_query_count_total{endpoint="GET /api/sessions"} ${40 * second}
`

function result(): RunResult {
  const recorder = new Recorder(0, 1000)
  const record = (second: number, status: number, code?: string, ms = 10) =>
    recorder.record({
      action: 'search',
      intendedMs: second * 1000,
      sentMs: second * 1000,
      endedMs: second * 1000 + ms,
      status,
      code,
    })
  record(0, 500, 'INTERNAL')
  recorder.phase('steady', 1000)
  for (let second = 1; second < 60; second++) for (let each = 0; each < 10; each++) record(second, 200)
  recorder.phase('<b>broken</b>', 60_000)
  record(60, 503, 'DATABASE_UNREACHABLE', 400)
  record(61, 200, 'STALE_HISTORY')
  return {
    name: 'steady',
    loop: 'open',
    seconds: 62,
    interrupted: false,
    recorded: recorder.end(62_000),
    events: [{ atSeconds: 60, label: 'database & all stopped' }],
    gauges: [Array.from({ length: 60 }, (_, at) => ({ atSeconds: at, gauges: readGauges(metrics(at)) }))],
    ownLagMs: 1,
  }
}

const run = result()
const objectives = [
  fewFail(run, 0.001),
  fewFail(run, 0.001, ['steady']),
  onlyBy(run, ['503 DATABASE_UNREACHABLE'], ['<b>broken</b>']),
  nothingStale(run),
  ...nothingGrows(run),
]
const options = readOptions([])
if (options === 'help') throw new Error('no options')
const report = reportOf({ ...options, output: folder }, new Date(0), { runs: [run], objectives })

test('objectives are judged by phases, codes and series; the warm-up counts for nothing', () => {
  expect(run.recorded.phases[0]).toMatchObject({ name: warmUp, requests: 1, failed: 1 })
  expect(run.recorded.overall.requests).toBe(592)
  expect(objectives.map(({ isMet, measured }) => [isMet, measured])).toMatchObject([
    [false, '0.34 % (2 of 592)'],
    [true, '0.00 % (0 of 590)'],
    [false, '1 × 200 STALE_HISTORY'],
    [false, '1'],
    // The heap's, which grows by a MB a second; the others stay.
    [false, expect.stringContaining('MiB')],
    [true, expect.any(String)],
    [true, expect.any(String)],
    [true, expect.any(String)],
    [true, expect.any(String)],
  ])
})

test('what gateways counted is added up over their labels', () => {
  const { memoryHits, remoteHits, queriesEach } = report.runs[0]!.counted
  expect([memoryHits, remoteHits]).toEqual([0.75, 0.5])
  expect(queriesEach).toBeCloseTo((40 * 59) / 593)
})

test('the report asks nobody for anything, and has every section', () => {
  const html = htmlOf(report)
  expect(html).not.toMatch(/https?:|\/\/[a-z]|src=|href=|url\(|@import|<script|<link|<iframe/i)
  expect(html).toContain('prefers-color-scheme:dark')
  expect(html).not.toContain('<b>broken')
  expect(html).toContain('database &amp; all stopped')
  const titles = [...html.matchAll(/<(?:h3|figcaption)>([^<]+)</g)].map(([, title]) => title)
  expect(titles).toEqual([
    ...[
      'Objectives',
      'Runs',
      'What the gateways counted',
      'Latency that a share of the requests keeps to, ms',
    ],
    ...['Phases', 'Latency by action', 'Errors by status and code'],
    ...['Latency over time, ms, from when a request was to be sent', 'Requests a second', 'Hits, percent'],
    ...['Connections of the pool', 'Lag of the event loop, ms, 99th percentile', 'Memory, MiB'],
    'Handles and file descriptors',
  ])
  expect(html.match(/<svg/g)).toHaveLength(8)
  expect(html).not.toMatch(/NaN|Infinity|undefined/)
})

test('Markdown and JSON say the same, and the summary keeps what other scenarios came to', async () => {
  await writeReports(report, join(folder, 'load'))
  await writeReports({ ...report, scenario: 'soak' }, join(folder, 'load'))
  await writeReports({ ...report, scenario: 'spike', interrupted: true }, join(folder, 'load'))
  expect(await readFile(join(folder, 'load/steady.md'), 'utf8')).toBe(markdownOf(report))
  expect(markdownOf(report)).toContain('| missed | Requests that fail | at most 0.10 % | 0.34 % (2 of 592) |')
  const summary = JSON.parse(await readFile(join(folder, 'load.json'), 'utf8'))
  expect(summary).toMatchObject({ bench: 'load', at: expect.any(String), machine: expect.any(String) })
  expect(Object.keys(summary.scenarios)).toEqual(['steady', 'soak'])
  expect(summary.scenarios.steady.runs[0]).toMatchObject({ name: 'steady', requests: 593, failed: 3 })
})
