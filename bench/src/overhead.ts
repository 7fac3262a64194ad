import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddingsServer, startPostgres } from '@voiceassist/testkit'
import pg from 'pg'
import type { Figure } from './cache/figure.js'
import { isMet, sayFigures } from './cache/report.js'
import { orderOf, spreadOf, timeRatio } from './cache/side-by-side.js'
import { machine, say } from './common/say.js'
import { type Account, type GatewayProcess, startGateway } from './overhead/gateway-process.js'
import { Load } from './overhead/load.js'

const usage = `Usage: npm run bench -- overhead [--quick]

A gateway's throughput with metrics, profiling and caching on, in that of one with all of them off. Both are new processes
each round, warm up, and take short turns, on one PostgreSQL that the bench starts. Ends with 1 when a goal is missed.

  --quick   fewer rounds and requests: for a look`

const ways = ['on', 'off'] as const
type Way = (typeof ways)[number]
/** The first is answered from the cache where there is one; the second reads the database. */
const routes = { cached: '/api/sessions', uncached: '/api/admin/users' } as const
type Route = keyof typeof routes
const goal = { atLeast: 0.9 }
/** Of each route. */
const warmUpRequests = 4000
const requestsATurn = 250

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
  const rates: Rates = { cached: noRates(), uncached: noRates() }
  try {
    const settings = await settingsOf(server.url, folder)
    const accounts = {} as Record<Way, Account>
    for (let round = 0; round < (quick ? 3 : 11); round++) {
      const pair = await startPair(
        orderOf(ways, round),
        way => ({ ...embeddings.environment, ...settings[way] }),
        accounts,
      )
      try {
        for (const way of orderOf(ways, round)) await warmUp(pair[way].load)
        for (const route of Object.keys(routes) as Route[])
          await measureRoute(pair, route, round, quick ? 8 : 40, rates)
      } finally {
        for (const { load, gateway } of Object.values(pair)) {
          load.close()
          await gateway.end()
        }
      }
    }
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

/** A database and a folder for each: two gateways that are no instances of one another. */
async function settingsOf(url: string, folder: string): Promise<Record<Way, NodeJS.ProcessEnv>> {
  const settings = {} as Record<Way, NodeJS.ProcessEnv>
  const client = new pg.Client(url)
  await client.connect()
  for (const way of ways) {
    await client.query(`create database overhead_${way}`)
    const database = new URL(url)
    database.pathname = `/overhead_${way}`
    const enabled = String(way === 'on')
    settings[way] = {
      DATABASE_URL: database.href,
      DATA_DIR: join(folder, way),
      LOG_LEVEL: 'fatal',
      TRUSTED_PROXIES: '127.0.0.1',
      METRICS_ENABLED: enabled,
      QUERY_PROFILER_ENABLED: enabled,
      CACHE_ENABLED: enabled,
    }
  }
  await client.end()
  return settings
}

type Pair = Record<Way, { readonly gateway: GatewayProcess; readonly load: Load }>

/** @param accounts of those that the first start on each database prints */
async function startPair(
  order: readonly Way[],
  settings: (way: Way) => NodeJS.ProcessEnv,
  accounts: Record<Way, Account>,
): Promise<Pair> {
  const pair = {} as Pair
  for (const way of order) {
    const gateway = await startGateway(settings(way))
    const load = new Load(gateway.url)
    pair[way] = { gateway, load }
    accounts[way] ??= gateway.administrator!
    await load.logIn(accounts[way])
  }
  return pair
}

/**
 * What a process does for its first thousands of requests (compiling, and of the profiler the stacks of the first 2000
 * queries) is no cost of a gateway that runs. It has seen other answers too, as any that runs has: what V8 compiled for one
 * route alone is a fifth faster, until the first answer of another kind.
 */
async function warmUp(load: Load): Promise<void> {
  for (let time = 0; time < 2; time++)
    for (const path of Object.values(routes)) {
      await load.run(path, warmUpRequests / 2)
      await load.scrape()
      await load.fail()
    }
}

/**
 * One route, asked of both in short turns, so that what else the machine does weighs on both alike. The one that counts is
 * scraped once.
 */
async function measureRoute(pair: Pair, route: Route, round: number, turns: number, rates: Rates) {
  const path = routes[route]
  const taken = { on: { wall: 0, processor: 0 }, off: { wall: 0, processor: 0 } }
  for (let turn = 0; turn < turns; turn++)
    for (const way of orderOf(ways, round + turn)) {
      const { gateway, load } = pair[way]
      const [usedBefore, startedAt] = [gateway.processorSeconds(), performance.now()]
      const scraped = way === 'on' && turn === 1 ? load.scrape() : undefined
      await load.run(path, requestsATurn)
      await scraped
      taken[way].wall += (performance.now() - startedAt) / 1000
      taken[way].processor += (gateway.processorSeconds() ?? Number.NaN) - (usedBefore ?? Number.NaN)
    }
  for (const way of ways) {
    const { wall, processor } = taken[way]
    rates[route][way].wall.push((turns * requestsATurn) / wall)
    if (!Number.isNaN(processor)) rates[route][way].processor.push((turns * requestsATurn) / processor)
  }
}
