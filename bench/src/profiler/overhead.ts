import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Figure } from '../cache/figure.js'
import { orderOf, ratios, spreadOf, timeRatio } from '../cache/side-by-side.js'

const worker = fileURLToPath(new URL('overhead-worker.js', import.meta.url))
const ways = ['bare', 'scope', 'profiled', 'opentelemetry'] as const
type Way = (typeof ways)[number]

interface Measured {
  readonly microseconds: number
  readonly bytesSent: number
  readonly watched?: number
}

/**
 * What a query takes of the processor: alone, within an AsyncLocalStorage scope, profiled in one, and under
 * OpenTelemetry's instrumentation in one. A process for each, which take turns.
 */
export async function overhead(url: string, quick: boolean): Promise<Figure[]> {
  await makeRows(url)
  const queries = quick ? 4000 : 40_000
  const taken = Object.fromEntries(ways.map(way => [way, [] as number[]])) as Record<Way, number[]>
  const sent = new Map<Way, number>()
  for (let round = 0; round < (quick ? 3 : 11); round++)
    for (const way of orderOf(ways, round)) {
      const measured = await measure(way, url, queries)
      if (measured.watched !== undefined && measured.watched < queries)
        throw new Error(`${way} has seen ${measured.watched} of ${queries} queries`)
      taken[way].push(measured.microseconds)
      sent.set(way, measured.bytesSent)
    }
  const each = ways.map(way => ({
    name: way,
    value: spreadOf(taken[way]).median,
    unit: 'µs of processor a query',
  }))
  return [
    ...each,
    timeRatio('profiled in a scope', 'of pg in a scope', taken.profiled, taken.scope, { atMost: 1.06 }),
    {
      ...timeRatio('profiled in a scope', 'of pg alone', taken.profiled, taken.bare, { atMost: 1.15 }),
      peers: { OpenTelemetry: ratios(taken.opentelemetry, taken.bare).median },
    },
    timeRatio('a scope', 'of pg alone', taken.scope, taken.bare),
    timeRatio('OpenTelemetry in a scope', 'of pg alone', taken.opentelemetry, taken.bare),
    timeRatio('OpenTelemetry in a scope', 'of pg in a scope', taken.opentelemetry, taken.scope),
    {
      name: 'bytes that profiling adds to a query',
      value: sent.get('profiled')! - sent.get('scope')!,
      unit: 'bytes sent',
      goal: { atMost: 0 },
    },
  ]
}

async function makeRows(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`
    create table if not exists bench_rows (id int primary key, name text, note text, made_at timestamptz);
    insert into bench_rows
      select n, 'name of ' || n, repeat('note ', 10), now() from generate_series(1, 1000) n
      on conflict do nothing;
    analyze bench_rows`)
  await client.end()
}

async function measure(way: Way, url: string, queries: number): Promise<Measured> {
  const child = fork(worker, [way, url, String(queries)])
  const [message] = await Promise.race([
    once(child, 'message') as Promise<[Measured]>,
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the process of ${way} ended with ${code}`)),
    ),
  ])
  return message
}
