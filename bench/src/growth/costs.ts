import { verifyAudit } from '@voiceassist/api-gateway/audit/verify-audit'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { createCache } from '@voiceassist/cache'
import { systemClock } from '@voiceassist/kernel'
import { advise, workloadFromFile } from '@voiceassist/query-profiler'
import { percentile, sayProgress } from '../common/say.js'
import { auditKey } from '../made-database/fill-database.js'
import { connect, type MadeDatabase } from '../made-database/made-database.js'
import { chunkTimes } from '../rag/changes.js'
import { fitExponent, type Point } from './fit-exponent.js'

/** What takes longer the more there is, and how much longer. */
export interface Cost {
  readonly name: string
  /** What its sizes count. */
  readonly of: string
  readonly points: readonly Point[]
  readonly exponent: number
}

const steps = [1, 4, 16] as const

export async function costs(databases: readonly MadeDatabase[], quick: boolean): Promise<Cost[]> {
  const found = [
    await cost(
      'advise',
      'queries',
      steps.map(step => 10 * step),
      queries => adviseMs(databases[0]!, queries),
    ),
    await cost(
      'documentChanged',
      'cached searches',
      steps.map(step => (quick ? 250 : 1000) * step),
      async searches => percentile(await chunkTimes(searches, 30), 0.5),
    ),
    await cost(
      'deletePattern',
      'entries in memory',
      steps.map(step => (quick ? 5000 : 20_000) * step),
      patternMs,
    ),
    await cost(
      'verifyAudit',
      'links',
      databases.map(({ sizes }) => sizes.auditRows),
      links => verifyMs(databases.find(({ sizes }) => sizes.auditRows === links)!),
    ),
  ]
  sayProgress('')
  return found
}

async function cost(
  name: string,
  of: string,
  sizes: readonly number[],
  ms: (size: number) => Promise<number>,
): Promise<Cost> {
  const points: Point[] = []
  for (const size of sizes) {
    sayProgress(`${name}: ${size.toLocaleString('en')} ${of}`)
    points.push({ size, ms: await ms(size) })
  }
  return { name, of, points, exponent: fitExponent(points) }
}

const tables = {
  users: ['email', 'full_name', 'role', 'last_login', 'created_at'],
  sessions: ['user_id', 'title', 'created_at', 'ended_at', 'message_count'],
  messages: ['session_id', 'role', 'model', 'created_at', 'parent_message_id'],
  audit_logs: ['user_id', 'action', 'request_id', 'timestamp', 'status_code', 'endpoint', 'resource_type'],
  kb_documents: ['title', 'source_type', 'created_at', 'filename', 'version'],
} as const

/** Queries of a condition on one column in the order of another, of all tables in turns. */
function workload(queries: number): string {
  const shapes = Object.entries(tables).map(([table, columns]) =>
    ['=', '>'].flatMap(operator =>
      columns.flatMap(column =>
        columns
          .filter(other => other !== column)
          .map(
            other =>
              `-- calls: 100\nselect * from ${table} where ${column} ${operator} $1 order by ${other} limit 20;`,
          ),
      ),
    ),
  )
  const inTurns = Array.from({ length: Math.max(...shapes.map(({ length }) => length)) }, (_, at) =>
    shapes.flatMap(of => of[at] ?? []),
  ).flat()
  if (inTurns.length < queries) throw new Error(`there are ${inTurns.length} queries, not ${queries}`)
  return ['-- days: 1', ...inTurns.slice(0, queries)].join('\n')
}

async function adviseMs({ url }: MadeDatabase, queries: number): Promise<number> {
  const client = await connect(url)
  try {
    await client.query('create extension if not exists hypopg schema bench')
    const startedAt = performance.now()
    await advise(
      {
        query: async (sql, values) => ({
          rows: (await client.query(sql, values ? [...values] : undefined)).rows,
        }),
      },
      workloadFromFile(workload(queries)),
    )
    return performance.now() - startedAt
  } finally {
    await client.end()
  }
}

/** Until the entries are gone; half of them match. */
async function patternMs(entries: number): Promise<number> {
  const taken: number[] = []
  for (let round = 0; round < 3; round++) {
    await using cache = createCache({
      memory: { maxEntries: entries, maxBytes: 2 ** 40 },
      defaults: { ttl: '1h' },
    })
    const load = () => 1
    for (let at = 0; at < entries; at++) await cache.getOrSet(`user:${at % 2 ? 'odd' : 'even'}:${at}`, load)
    const startedAt = performance.now()
    await cache.deletePattern('user:odd:*')
    while ((cache.stats().namespaces.user?.entries ?? 0) > entries / 2)
      await new Promise(resolve => setImmediate(resolve))
    taken.push(performance.now() - startedAt)
  }
  return percentile(taken, 0.5)
}

async function verifyMs({ url }: MadeDatabase): Promise<number> {
  const database = await openDatabase({ url, limits: defaultPoolLimits, clock: systemClock })
  try {
    const startedAt = performance.now()
    const { ok } = await verifyAudit(database.db, auditKey)
    if (!ok) throw new Error('the audit chain does not verify')
    return performance.now() - startedAt
  } finally {
    await database.close()
  }
}
