import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddingsServer, startPostgres } from '@voiceassist/testkit'
import type { Figure } from './cache/figure.js'
import { isMet, sayFigures } from './cache/report.js'
import { orderOf, spreadOf, timeRatio } from './cache/side-by-side.js'
import { machine, say } from './common/say.js'
import { type Account, startGateway } from './overhead/gateway-process.js'
import { Load } from './overhead/load.js'

const usage = `Usage: npm run bench -- overhead [--quick]

A gateway's throughput with metrics, profiling and caching on, in that of one with all of them off. They take turns, each
time in a new process, on one PostgreSQL that the bench starts. Ends with 1 when a goal is missed.

  --quick   fewer rounds and requests: for a look`

const ways = ['on', 'off'] as const
type Way = (typeof ways)[number]
/** The first is answered from the cache where there is one; the second reads the database and writes an audit row. */
const routes = { cached: '/api/sessions', uncached: '/api/admin/users' } as const
type Route = keyof typeof routes
const goal = { atLeast: 0.9 }

type Rates = Record<Route, Record<Way, { wall: number[]; processor: number[] }>>

export async function overhead(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(usage)
  say(machine())
  const figures = await measure(values.quick)
  sayFigures('overhead', figures)
  const missed = figures.filter(({ value, goal }) => goal && !isMet(value, goal))
  if (missed.length > 0)
    throw new Error(`${missed.length} goals are missed: ${missed.map(({ name }) => name).join('; ')}`)
}

async function measure(quick: boolean): Promise<Figure[]> {
  const server = await startPostgres()
  const embeddings = await startEmbeddingsServer()
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  const common = {
    ...embeddings.environment,
    DATABASE_URL: server.url,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'fatal',
    TRUSTED_PROXIES: '127.0.0.1',
  }
  const rates: Rates = { cached: noRates(), uncached: noRates() }
  try {
    const first = await startGateway(common)
    const account = first.administrator!
    await first.end()
    for (let round = 0; round < (quick ? 3 : 11); round++)
      for (const way of orderOf(ways, round))
        await measureProcess(way, common, account, quick ? 2000 : 10_000, rates)
  } finally {
    await embeddings.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  return (Object.keys(routes) as Route[]).flatMap(route => {
    const { on, off } = rates[route]
    return [
      ...ways.map(way => ({
        name: `${route}, ${way}`,
        value: spreadOf(rates[route][way].wall).median,
        unit: 'requests a second',
      })),
      timeRatio(`${route}, on`, 'of off, by the clock', on.wall, off.wall, goal),
      ...(on.processor.length > 0
        ? [timeRatio(`${route}, on`, 'of off, by the gateway’s processor time', on.processor, off.processor)]
        : []),
    ]
  })
}

function noRates(): Rates[Route] {
  return { on: { wall: [], processor: [] }, off: { wall: [], processor: [] } }
}

/** One process of the gateway: it warms up, then answers each route, and is scraped once meanwhile where it counts. */
async function measureProcess(
  way: Way,
  common: NodeJS.ProcessEnv,
  account: Account,
  requests: number,
  rates: Rates,
): Promise<void> {
  const enabled = String(way === 'on')
  const gateway = await startGateway({
    ...common,
    METRICS_ENABLED: enabled,
    QUERY_PROFILER_ENABLED: enabled,
    CACHE_ENABLED: enabled,
  })
  const load = new Load(gateway.url)
  try {
    await load.logIn(account)
    for (const [route, path] of Object.entries(routes) as [Route, string][]) {
      await load.run(path, requests / 4)
      const [usedBefore, startedAt] = [gateway.processorSeconds(), performance.now()]
      const scraped = way === 'on' ? load.scrape() : undefined
      await load.run(path, requests)
      await scraped
      const seconds = (performance.now() - startedAt) / 1000
      rates[route][way].wall.push(requests / seconds)
      if (usedBefore !== undefined)
        rates[route][way].processor.push(requests / (gateway.processorSeconds()! - usedBefore))
    }
  } finally {
    load.close()
    await gateway.end()
  }
}
