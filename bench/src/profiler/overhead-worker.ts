import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type pg from 'pg'
import type { Turn, Way } from './overhead-process.js'
import { startOpenTelemetry } from './start-open-telemetry.js'

/** A process that queries in one way whenever it is told to, and says what each query took of the processor. */
const [way, url] = process.argv.slice(2) as [Way, string]
const queriesARequest = 10
const scope = new AsyncLocalStorage<object>()

const otel = way === 'opentelemetry' ? startOpenTelemetry() : undefined
// By `require`, which OpenTelemetry's instrumentation listens to; in every way alike.
const { Pool } = createRequire(import.meta.url)('pg') as typeof pg
const pool = new Pool({ connectionString: url, max: 4 })
const sockets = new Set<{ readonly bytesWritten: number }>()
pool.on('connect', client => {
  sockets.add((client as unknown as { connection: { stream: { bytesWritten: number } } }).connection.stream)
})
// Loaded here alone, since each process is to hold what its way needs and no more.
const profiler =
  way === 'profiled' ? (await import('@voiceassist/query-profiler')).setupQueryProfiling(pool) : undefined
/** No text often enough for an N+1, whose stacks are not a query's usual cost. */
const texts = ['id, name', 'name, note', 'note, made_at', 'id, name, note', 'id, name, note, made_at'].map(
  columns => `select ${columns} from bench_rows where id = $1`,
)

async function request(): Promise<void> {
  for (let at = 0; at < queriesARequest; at++) await pool.query(texts[at % texts.length]!, [1 + at])
}

/** The other ways to ask, and an error: what V8 compiled for one way alone is faster, until the first of another kind. */
async function otherRequest(): Promise<void> {
  await pool.query('select 1')
  await pool.query({ text: texts[0]!, values: [1], rowMode: 'array' })
  await pool.query({ name: 'named', text: texts[1]!, values: [2] })
  await pool.query('select id from bench_rows where id = $1', ['none']).catch(() => {})
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('commit')
  } finally {
    client.release()
  }
}

let requestsMade = 0
function inScope(work: () => Promise<void>): Promise<void> {
  const id = requestsMade++
  if (profiler) return profiler.runInRequest({ id: String(id), route: 'GET /bench' }, work)
  if (otel) return otel.inSpan(work)
  return way === 'scope' ? scope.run({ id }, work) : work()
}

/** Four at a time, as many as there are connections. */
async function run(requests: number, work = request): Promise<void> {
  let left = requests
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (left-- > 0) await inScope(work)
    }),
  )
}

const written = () => [...sockets].reduce((bytes, socket) => bytes + socket.bytesWritten, 0)
const watched = () =>
  profiler
    ? Object.values(profiler.stats().byType).reduce((sum, { queries }) => sum + queries, 0)
    : otel?.queries()

async function turn(queries: number): Promise<Turn> {
  const [writtenBefore, watchedBefore, usedBefore] = [written(), watched(), process.cpuUsage()]
  await run(Math.ceil(queries / queriesARequest))
  const { user, system } = process.cpuUsage(usedBefore)
  return {
    microseconds: (user + system) / queries,
    bytesSent: (written() - writtenBefore) / queries,
    ...(watchedBefore !== undefined && { watched: watched()! - watchedBefore }),
  }
}

process.send!(await turn(0))
for (;;) {
  const [asked] = (await once(process, 'message')) as [{ queries: number } | { others: number } | 'end']
  if (asked === 'end') break
  if ('others' in asked) await run(asked.others, otherRequest)
  process.send!(await turn('queries' in asked ? asked.queries : 0))
}
await profiler?.close()
await pool.end()
process.disconnect()
