import type { Services } from '@voiceassist/api-gateway/services/create-services'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { CompiledQuery } from 'kysely'
import { orderOf } from '../cache/side-by-side.js'
import { sayProgress } from '../common/say.js'
import type { Alone, IndexState } from '../made-database/alone.js'
import type { Keys } from '../made-database/keys.js'
import {
  environment,
  type Operation,
  type OperationName,
  type Operations,
  of,
  operationNames,
  search,
  seedPages,
} from '../made-database/operations.js'
import { type Budget, Times, timed } from '../made-database/timed.js'

/** `bare`: the same statements through pg alone. `cached`: by a gateway with its caches. */
export type Way =
  | `${'gateway' | 'bare'}, ${'before' | 'indexes'}`
  | 'gateway, no e-mail index'
  | 'gateway, cached'

export type WarmTimes = Readonly<Record<OperationName, Readonly<Partial<Record<Way, Times>>>>>

const states = ['before', 'indexes'] as const
const defaultBudget: Budget = { budgetMs: 250, least: 3, most: 60 }
const warmUp: Budget = { budgetMs: 0, least: 2, most: 2 }
const keysOfBare = 4

export interface CachedGateway {
  readonly flags: FeatureFlags
  readonly services: Services
}

/** The rows' operations in turns, each round before and after; and the cached ones by a gateway. */
export async function measureWarm(
  database: Alone,
  gateway: CachedGateway,
  operations: Operations,
  keys: Keys,
  rounds: number,
  budget = defaultBudget,
): Promise<{ readonly times: WarmTimes; readonly floor: Times }> {
  const times = Object.fromEntries(operationNames.map(name => [name, {}])) as Record<
    OperationName,
    Partial<Record<Way, Times>>
  >
  const floor = new Times()
  const bare = await bareOperations(database, operations, keys)
  const cached = cachedOperations(gateway, keys)
  const measure = async (name: OperationName, way: Way, run: Operation, from: number) => {
    await timed(run, from, warmUp)
    times[name][way] ??= new Times()
    times[name][way].add(await timed(run, from, budget))
  }
  for (let round = 0; round < rounds; round++) {
    const from = round * 7
    for (const state of orderOf(states, round)) {
      sayProgress(`round ${round + 1} of ${rounds}, ${state}`)
      await database.within(state, async () => {
        for (const name of operationNames) {
          await measure(name, `gateway, ${state}`, operations[name], from)
          await measure(name, `bare, ${state}`, bare[name], from)
        }
      })
    }
    await database.within('no e-mail index', () =>
      measure('login', 'gateway, no e-mail index', operations.login, from),
    )
    floor.add(await timed(async () => (await database.client.query('select 1')).rowCount ?? 0, 0, budget))
    for (const [name, run] of Object.entries(cached) as [OperationName, Operation][]) {
      // What is measured is a hit.
      if (round === 0) for (let at = 0; at < keys.emails.length; at++) await run(at)
      await measure(name, 'gateway, cached', run, from)
    }
  }
  sayProgress('')
  return { times, floor }
}

/** What the gateway sends for the first keys; for a flag the look-up of one, as the original has it. */
export async function bareOperations(
  database: Alone,
  operations: Operations,
  keys: Keys,
): Promise<
  Operations & { readonly statements: Readonly<Record<OperationName, readonly CompiledQuery[][]>> }
> {
  const statements = {} as Record<OperationName, CompiledQuery[][]>
  await database.within('indexes', async () => {
    for (const name of operationNames) {
      statements[name] = []
      for (let at = 0; at < keysOfBare; at++)
        statements[name].push(
          name === 'flag'
            ? [oneFlag(of(keys.flags, at))]
            : await database.statementsOf(() => operations[name](at)),
        )
    }
  })
  const run =
    (name: OperationName): Operation =>
    async at => {
      let rows = 0
      for (const { sql, parameters } of of(statements[name], at))
        rows = (await database.client.query(sql, [...parameters])).rowCount ?? 0
      return rows
    }
  const bare = Object.fromEntries(operationNames.map(name => [name, run(name)])) as Operations
  return { ...bare, statements }
}

function oneFlag(name: string): CompiledQuery {
  const sql = 'select enabled, value from feature_flags where name = $1 and environment = $2 limit 1'
  return { sql, parameters: [name, environment] } as unknown as CompiledQuery
}

function cachedOperations(
  { flags, services }: CachedGateway,
  keys: Keys,
): Partial<Record<OperationName, Operation>> {
  return {
    flag: async at => ((await flags.isEnabled(of(keys.flags, at), { targetingKey: 'somebody' })) ? 1 : 0),
    search: async at =>
      (await services.search.search({ query: of(keys.questions, at), ...search })).hits.length,
    documents: async () => (await services.documents.list({ limit: seedPages.documents })).items.length,
  }
}

/** The plans of an operation's statements, as text. */
export async function planOf(
  database: Alone,
  statements: readonly CompiledQuery[],
  state: IndexState,
): Promise<string[]> {
  return database.within(state, async () => {
    const lines: string[] = []
    for (const { sql, parameters } of statements) {
      const { rows } = await database.client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, buffers) ${sql}`,
        [...parameters],
      )
      lines.push(...rows.map(row => row['QUERY PLAN']))
    }
    return lines
  })
}
