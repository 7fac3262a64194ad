import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { orderOf, spreadOf } from '../cache/side-by-side.js'
import { sayProgress } from '../common/say.js'
import { type Alone, alone } from '../made-database/alone.js'
import { readKeys } from '../made-database/keys.js'
import type { MadeDatabase } from '../made-database/made-database.js'
import { type Operation, operations, type Pages } from '../made-database/operations.js'
import { dimensions } from '../made-database/sentences.js'
import { type Budget, Times, timed } from '../made-database/timed.js'
import { type CachedDocuments, cachedDocuments } from './cached-documents.js'

/** What is to take as long on a large database as on a small one: documents as the cache gives them, of which there are claims too. */
export const flatNames = ['login', 'history', 'audit', 'documents'] as const
/** Counts the documents, all of them. */
const uncached = 'documents, uncached'
const measuredNames = [...flatNames, uncached] as const
type MeasuredName = (typeof measuredNames)[number]

export interface Flat {
  readonly name: MeasuredName
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
  readonly cached: CachedDocuments
  readonly run: Readonly<Record<MeasuredName, Operation>>
}

/** With the gateway's indexes, and a cache for documents alone; the databases take turns. */
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
      const cached = await cachedDocuments(made, documents)
      const run = (db: typeof pooled.db) => operations(db, keys, createHashingEmbedder(dimensions), pages)
      const { login, history, documents: listed } = run(pooled.db)
      const { audit } = run(database.db)
      const all = { login, history, audit, documents: cached.list, [uncached]: listed }
      opened.push({ made, database, pooled, cached, run: all })
    }
    const times = new Map(opened.map(each => [each, timesOf()]))
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      sayProgress(`round ${round + 1} of ${rounds}`)
      for (const each of orderOf(opened, round + 1))
        await each.database.within('indexes', async () => {
          for (const name of measuredNames) {
            const taken = await timed(each.run[name], round + 1, round < 0 ? warmUp : budget)
            if (round >= 0) times.get(each)![name].add(taken)
          }
        })
    }
    sayProgress('')
    return measuredNames.map(name => {
      const [first, last] = [times.get(opened[0]!)![name], times.get(opened.at(-1)!)![name]]
      const { median, quartiles } = spreadOf(last.medians.map((ms, round) => ms / first.medians[round]!))
      const points = opened.map(each => {
        const { p50, p95 } = times.get(each)![name]
        return { size: each.made.sizes.messages, ms: p50, p95 }
      })
      return { name, points, ratio: { median, quartiles } }
    })
  } finally {
    for (const { database, pooled, cached } of opened) {
      await cached.close()
      await database.close()
      await pooled.close()
    }
  }
}

function timesOf(): Record<MeasuredName, Times> {
  return Object.fromEntries(measuredNames.map(name => [name, new Times()])) as Record<MeasuredName, Times>
}
