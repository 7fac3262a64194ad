import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'
import type pg from 'pg'
import { startOpenTelemetry } from './start-open-telemetry.js'

/** A process that queries in one way, and says what each query took of the processor: `argv` is the way and the queries. */
const [way, url, count] = process.argv.slice(2) as [string, string, string]
const queriesARequest = 10
const requests = Math.ceil(Number(count) / queriesARequest)
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

function inScope(id: number): Promise<void> {
  if (profiler) return profiler.runInRequest({ id: String(id), route: 'GET /bench' }, request)
  if (otel) return otel.inSpan(request)
  return way === 'scope' ? scope.run({ id }, request) : request()
}

/** Four at a time, as many as there are connections. */
async function run(requestsToMake: number): Promise<void> {
  let made = 0
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (made < requestsToMake) await inScope(made++)
    }),
  )
}

await run(Math.ceil(requests / 4))
const written = () => [...sockets].reduce((bytes, socket) => bytes + socket.bytesWritten, 0)
const [writtenBefore, used] = [written(), process.cpuUsage()]
await run(requests)
const { user, system } = process.cpuUsage(used)
const queries = requests * queriesARequest
process.send?.({
  microseconds: (user + system) / queries,
  bytesSent: (written() - writtenBefore) / queries,
  watched: profiler ? profiledQueries() : otel?.queries(),
})
await profiler?.close()
await pool.end()
process.disconnect()

function profiledQueries(): number {
  return Object.values(profiler!.stats().byType).reduce((sum, { queries }) => sum + queries, 0)
}
