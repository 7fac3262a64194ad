import { parseArgs } from 'node:util'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { createHashingEmbedder, startEmbeddingsServer, startRedis } from '@voiceassist/testkit'
import { holdToLimits } from './common/limits.js'
import { positiveNumber } from './common/positive-number.js'
import { machine, say } from './common/say.js'
import { writeResults } from './common/write-results.js'
import { alone } from './made-database/alone.js'
import { type BenchServer, benchServer } from './made-database/bench-server.js'
import { type Keys, readKeys } from './made-database/keys.js'
import { type MadeDatabase, madeDatabase } from './made-database/made-database.js'
import { operationNames, operations } from './made-database/operations.js'
import { dimensions } from './made-database/sentences.js'
import { serverVersions } from './made-database/server-versions.js'
import type { Times } from './made-database/timed.js'
import { gatewayEnvironment, openGateway, withFolder } from './seed/cached-gateway.js'
import { embedderMs } from './seed/embedder-ms.js'
import { measureCold } from './seed/measure-cold.js'
import { measureResources } from './seed/measure-resources.js'
import { bareOperations, measureWarm, planOf, type WarmTimes } from './seed/measure-warm.js'
import { type RowPlans, sayPlans, sayResources, sayRows } from './seed/say-seed.js'
import { type SeedRow, seedRows } from './seed/seed-rows.js'

const usage = `Usage: npm run bench -- seed [--scale 1] [--rounds 9] [--quick] [--database URL] [--output FILE]

The performance table of the system that this one is built after: what it claims, and what is measured before (migration
005 taken back, no cache) and after, on a database of made-up rows. Ends with 1 when a row improves by less than is claimed.

  --scale 0.1      size of the data; 1: 100,000 users, 200,000 sessions, 5 million messages, a million audit rows, 10,000
                   documents. Made once, and kept below ~/.cache/voiceassist-services
  --rounds 21      how often before and after take turns
  --quick          scale 0.1 and 3 rounds; nothing is written
  --database URL   a superuser's, of a PostgreSQL with pgvector on which a database of the bench's own is made and stays;
                   it is not restarted, so nothing is measured cold
  --output FILE    where the figures go (default bench/results/seed.json)`

export async function seed(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      database: { type: 'string' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { quick } = values
  const scale = positiveNumber('scale', values.scale ?? (quick ? '0.1' : '1'))
  const rounds = positiveNumber('rounds', values.rounds ?? (quick ? '3' : '9'))
  const sizes = { rounds, coldRounds: quick ? 2 : 5, requests: quick ? 200 : 1000 }
  say(machine())
  const server = await benchServer(values.database)
  try {
    const made = await madeDatabase(server.url, scale)
    const { rows, ...figures } = await measureSeed(server, made, sizes)
    const bundledMs = await embedderMs()
    say(
      `\nQuestions are embedded by hashed words, which takes no time; the bundled embedder takes ${bundledMs.toFixed(1)} ms for one, which a hit saves too`,
    )
    const output = values.output ?? (quick ? undefined : 'bench/results/seed.json')
    const results = { scale, ...sizes, sizes: made.sizes, rows, ...figures, bundledEmbedderMs: bundledMs }
    if (output) await writeResults(output, 'seed', await serverVersions(made.url), results)
    holdToClaims(rows)
  } finally {
    await server.close()
  }
}

export interface SeedSizes {
  readonly rounds: number
  readonly coldRounds: number
  /** Of each gateway in the mix. */
  readonly requests: number
}

/** Measures and says all of it. */
export async function measureSeed(server: BenchServer, made: MadeDatabase, sizes: SeedSizes) {
  const embedder = createHashingEmbedder(dimensions)
  const embeddings = await startEmbeddingsServer(dimensions)
  const redis = await startRedis()
  try {
    return await withFolder(async folder => {
      const environment = gatewayEnvironment(made.url, redis.url, embeddings.environment, folder)
      const warm = await warmTimes(made, environment, embedder, sizes.rounds)
      const cold =
        server.forget && (await measureCold(made, server.forget, embedder, warm.keys, sizes.coldRounds))
      const rows = seedRows(warm.times, warm.floor, cold)
      sayRows(rows)
      sayPlans(warm.plans)
      const common = { keys: warm.keys, requests: sizes.requests }
      const off = await measureResources(environment, server.pid, { ...common, cached: false })
      const on = await measureResources(environment, server.pid, { ...common, cached: true })
      sayResources(off, on, sizes.requests)
      return { rows, emptyQueryMs: warm.floor.p50, plans: warm.plans, resources: { off, on } }
    })
  } finally {
    await redis.close()
    await embeddings.close()
  }
}

interface WarmResults {
  readonly times: WarmTimes
  readonly floor: Times
  readonly keys: Keys
  readonly plans: Readonly<Record<string, RowPlans>>
}

async function warmTimes(
  made: MadeDatabase,
  environment: Readonly<Record<string, string>>,
  embedder: Embedder,
  rounds: number,
): Promise<WarmResults> {
  const gateway = await openGateway(environment)
  const database = await alone(made)
  try {
    const keys = await readKeys(database.client)
    const run = operations(database.db, keys, embedder)
    const measured = await measureWarm(database, gateway, run, keys, rounds)
    const { statements } = await bareOperations(database, run, keys)
    const plans: Record<string, RowPlans> = {}
    for (const name of operationNames)
      plans[name] = {
        before: await planOf(database, statements[name][0]!, 'before'),
        indexes: await planOf(database, statements[name][0]!, 'indexes'),
      }
    return { ...measured, keys, plans }
  } finally {
    await database.close()
    await gateway.close()
  }
}

/** A row without room for its claim is not held to it. */
function holdToClaims(rows: readonly SeedRow[]): void {
  const held = rows.filter(({ verdict }) => verdict !== 'no room')
  holdToLimits(
    'seed',
    Object.fromEntries(held.map(({ row, claim }) => [`${row}, better by`, { atLeast: claim.improvement }])),
    Object.fromEntries(held.map(({ row, improvement }) => [`${row}, better by`, improvement])),
  )
}
