import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { orderOf, spreadOf } from '../cache/side-by-side.js'
import { sayProgress } from '../common/say.js'
import { type Alone, alone } from '../made-database/alone.js'
import { readKeys } from '../made-database/keys.js'
import type { MadeDatabase } from '../made-database/made-database.js'
import { type Operations, operations, type Pages } from '../made-database/operations.js'
import { dimensions } from '../made-database/sentences.js'
import { type Budget, Times, timed } from '../made-database/timed.js'

/** What is to take as long on a large database as on a small one. */
export const flatNames = ['login', 'history', 'audit', 'documents'] as const
export type FlatName = (typeof flatNames)[number]

export interface Flat {
  readonly name: FlatName
  readonly points: readonly { readonly size: number; readonly ms: number; readonly p95: number }[]
  /** Of the largest to the smallest in the same round. */
  readonly ratio: { readonly median: number; readonly quartiles: readonly [number, number] }
}

const defaultPages: Pages = { history: 100, audit: 50, documents: 50 }
const budget: Budget = { budgetMs: 120, least: 10, most: 60 }
const warmUp: Budget = { budgetMs: 0, least: 40, most: 40 }

interface Opened {
  readonly made: MadeDatabase
  /** For the audit list, which writes a row: it is rolled back. */
  readonly database: Alone
  readonly pooled: OpenDatabase
  readonly run: Operations
}

/** With the gateway's indexes and no cache; the databases take turns. */
export async function measureFlat(databases: readonly MadeDatabase[], rounds: number): Promise<Flat[]> {
  const opened: Opened[] = []
  // One that the smallest database fills too.
  const documents = Math.min(defaultPages.documents, ...databases.map(({ sizes }) => sizes.documents))
  const pages: Pages = { ...defaultPages, documents }
  try {
    for (const made of databases) {
      const database = await alone(made)
      const keys = await readKeys(database.client)
      const pooled = await openDatabase({ url: made.url, limits: defaultPoolLimits, clock: systemClock })
      const run = (db: typeof pooled.db) => operations(db, keys, createHashingEmbedder(dimensions), pages)
      opened.push({ made, database, pooled, run: { ...run(pooled.db), audit: run(database.db).audit } })
    }
    const times = new Map(opened.map(each => [each, timesOf()]))
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      sayProgress(`round ${round + 1} of ${rounds}`)
      for (const each of orderOf(opened, round + 1))
        await each.database.within('indexes', async () => {
          for (const name of flatNames) {
            const taken = await timed(each.run[name], round + 1, round < 0 ? warmUp : budget)
            if (round >= 0) times.get(each)![name].add(taken)
          }
        })
    }
    sayProgress('')
    return flatNames.map(name => {
      const [first, last] = [times.get(opened[0]!)![name], times.get(opened.at(-1)!)![name]]
      const { median, quartiles } = spreadOf(last.medians.map((ms, round) => ms / first.medians[round]!))
      const points = opened.map(each => {
        const { p50, p95 } = times.get(each)![name]
        return { size: each.made.sizes.messages, ms: p50, p95 }
      })
      return { name, points, ratio: { median, quartiles } }
    })
  } finally {
    for (const { database, pooled } of opened) {
      await database.close()
      await pooled.close()
    }
  }
}

function timesOf(): Record<FlatName, Times> {
  return { login: new Times(), history: new Times(), audit: new Times(), documents: new Times() }
}
