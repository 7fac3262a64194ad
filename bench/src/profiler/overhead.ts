import pg from 'pg'
import type { Figure } from '../cache/figure.js'
import { orderOf, ratios, spreadOf, timeRatio } from '../cache/side-by-side.js'
import { type OverheadProcess, startProcess, type Way, ways } from './overhead-process.js'

/** What a process does for its first thousands of queries, compiling above all, is no cost of one that runs. */
const warmUpQueries = 40_000
const firstQueries = 10_000
/** Unmeasured: until a process that waited for the others has its memory in the processor's caches again. */
const queriesToReturn = 1000
/** Enough for two collections of the youngest generation, which are part of what a query costs. */
const queriesATurn = 4000

/**
 * What a query takes of the processor by each way. A process for each, new ones each round, which warm up and then take
 * short turns: two processes of the same way differ by a fifth, and so does one from itself a minute later. Of its turns the
 * least counts, since whatever disturbs one makes it longer (Chen and Revels, "Robust benchmarking in noisy
 * environments", 2016, arXiv 1608.04295); what the turns have on the whole is printed too.
 */
export async function overhead(url: string, quick: boolean): Promise<Figure[]> {
  await makeRows(url)
  const taken = noTimes()
  const usual = noTimes()
  const first = noTimes()
  const sent = {} as Record<Way, number>
  for (let round = 0; round < (quick ? 3 : 15); round++) {
    const processes = {} as Record<Way, OverheadProcess>
    try {
      for (const way of orderOf(ways, round)) {
        processes[way] = await startProcess(way, url)
        first[way].push(await warmUp(processes[way], quick ? warmUpQueries / 2 : warmUpQueries))
      }
      const turns = noTimes()
      for (let turn = 0; turn < (quick ? 6 : 12); turn++)
        for (const way of orderOf(ways, round + turn)) {
          await processes[way].query(queriesToReturn)
          const { microseconds, bytesSent } = await processes[way].query(queriesATurn)
          turns[way].push(microseconds)
          sent[way] = bytesSent
        }
      for (const way of ways) {
        taken[way].push(Math.min(...turns[way]))
        usual[way].push(spreadOf(turns[way]).median)
      }
    } finally {
      for (const one of Object.values(processes)) await one.end()
    }
  }
  return [
    ...ways.map(way => ({
      name: way,
      value: spreadOf(taken[way]).median,
      unit: 'µs of processor a query',
    })),
    timeRatio('profiled in a scope', 'of pg in a scope', taken.profiled, taken.scope, { atMost: 1.06 }),
    {
      ...timeRatio('profiled in a scope', 'of pg alone', taken.profiled, taken.bare, { atMost: 1.15 }),
      peers: { OpenTelemetry: ratios(taken.opentelemetry, taken.bare).median },
    },
    timeRatio('a scope', 'of pg alone', taken.scope, taken.bare),
    timeRatio('OpenTelemetry in a scope', 'of pg alone', taken.opentelemetry, taken.bare),
    timeRatio('OpenTelemetry in a scope', 'of pg in a scope', taken.opentelemetry, taken.scope),
    timeRatio('profiled in a scope, the middle turn', 'of pg in a scope', usual.profiled, usual.scope),
    timeRatio('profiled in a scope, the middle turn', 'of pg alone', usual.profiled, usual.bare),
    timeRatio('OpenTelemetry in a scope, the middle turn', 'of pg alone', usual.opentelemetry, usual.bare),
    ...ways.map(way => ({
      name: `${way}, the first ${firstQueries} queries of a process`,
      value: spreadOf(first[way]).median,
      unit: 'µs of processor a query',
    })),
    {
      name: 'bytes that profiling adds to a query',
      value: sent.profiled - sent.scope,
      unit: 'bytes sent',
      goal: { atMost: 0 },
    },
  ]
}

/** @returns what its first queries took each */
async function warmUp(process: OverheadProcess, queries: number): Promise<number> {
  const { microseconds } = await process.query(firstQueries)
  await process.query(queries / 2 - firstQueries)
  await process.queryOtherwise(100)
  await process.query(queries / 2)
  return microseconds
}

function noTimes(): Record<Way, number[]> {
  return { bare: [], scope: [], profiled: [], opentelemetry: [] }
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
