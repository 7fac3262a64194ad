import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import { cachedDocuments } from '@voiceassist/api-gateway/cache/cached-documents'
import { openCache } from '@voiceassist/api-gateway/cache/open-cache'
import { readConfig } from '@voiceassist/api-gateway/config'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { createDocumentsService } from '@voiceassist/api-gateway/services/documents/documents.service'
import { inLanes } from '@voiceassist/api-gateway/services/documents/in-lanes'
import { createSearchService } from '@voiceassist/api-gateway/services/search.service'
import type { SearchHit, SearchService } from '@voiceassist/api-gateway/services/search-port'
import { systemClock as clock } from '@voiceassist/kernel'
import { createHashingEmbedder, seededRandom } from '@voiceassist/testkit'
import pg from 'pg'
import { pino } from 'pino'
import type { Figure } from '../cache/figure.js'
import { sayProgress } from '../common/say.js'
import { type Corpus, readCorpus } from '../retrieval/corpus.js'
import { type FilledServer, startFilledServer } from './filled-server.js'
import { dimensions, scoreThreshold, topK } from './passages.js'
import { untilUsable } from './until-usable.js'

export interface ApproximateSizes {
  readonly questions: number
  readonly changes: number
}

const actor = gatewayActor('bench')
const lanes = 2
/** As many as search takes from the vector index. */
const nearest = 120
/** Of the answers from the cache one in so many is compared with a fresh search, and of these as many with an exact one. */
const comparedEvery = 5

/**
 * What changes of documents drop where the vector index is approximate: all questions are cached, a document goes or comes, and
 * each is asked again of the cache and of the database.
 */
export async function approximate(data: string, sizes: ApproximateSizes): Promise<Figure[]> {
  const corpus = await readCorpus(data)
  const embedder = createHashingEmbedder(dimensions)
  const server = await startFilledServer(embedder, corpus)
  const { db } = server.database
  const withoutIndex = new URL(server.environment.DATABASE_URL!)
  withoutIndex.searchParams.set('options', '-c enable_indexscan=off')
  const config = readConfig(server.environment)
  const logger = pino({ level: 'silent' })
  try {
    const exactDatabase = await openDatabase({ url: withoutIndex.href, limits: config.pool, clock })
    const cache = await openCache({ config, database: server.database, clock, embedder, logger })
    try {
      await untilUsable(cache)
      const stored = createDocumentsService({ db, embedder, maxDocumentBytes: config.maxDocumentBytes })
      const documents = cachedDocuments(cache, stored, 'a secret of the bench')
      const coming = comingAndGoing(await filesOf(server), corpus, documents)
      const step = Math.max(1, Math.floor(corpus.questions.length / sizes.questions))
      const questions = corpus.questions.map(({ question }) => question).filter((_, at) => at % step === 0)
      const measured = async (index: string): Promise<Figure[]> => [
        {
          name: `${index}: of the ${nearest} nearest chunks, found by it`,
          value: await foundByIndex(server, questions),
          unit: '%',
        },
        ...(await compare(index, {
          questions,
          changes: sizes.changes,
          change: coming,
          cached: createSearchService({ db, embedder, gateway: cache }),
          fresh: createSearchService({ db, embedder }),
          exact: createSearchService({ db: exactDatabase.db, embedder }),
        })),
      ]
      const asItIs = await measured('the index')
      await makeIndexPoor(server)
      await cache.rag?.cache.clearSearches()
      return [...asItIs, ...(await measured('a poor index'))]
    } finally {
      await cache.close()
      await exactDatabase.close()
    }
  } finally {
    await server.close()
  }
}

/** With so few links between its vectors that it misses many of the nearest ones. Not as the gateway, which owns no index. */
async function makeIndexPoor({ environment }: FilledServer): Promise<void> {
  const client = new pg.Client(environment.DATABASE_URL)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; definition: string }>(
      "select indexname as name, indexdef as definition from pg_indexes where tablename = 'kb_chunks' and indexdef like '%hnsw%'",
    )
    for (const { name, definition } of rows) {
      await client.query(`drop index "${name}"`)
      await client.query(`${definition.replace(/ WITH \(.*?\)/i, '')} with (m = 2, ef_construction = 4)`)
    }
  } finally {
    await client.end()
  }
}

async function filesOf({ database }: FilledServer): Promise<Map<string, string>> {
  const { rows } = await database.pool.query<{ id: string; filename: string }>(
    'select id, filename from kb_documents order by filename',
  )
  return new Map(rows.map(({ id, filename }) => [id, filename]))
}

/** One call takes a document away, the next one brings one of those back. */
function comingAndGoing(
  files: Map<string, string>,
  corpus: Corpus,
  documents: ReturnType<typeof cachedDocuments>,
): () => Promise<void> {
  const random = seededRandom(4)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!
  const away: string[] = []
  const remove = async () => {
    const [id, file] = pick([...files])
    await documents.remove(actor, id)
    files.delete(id)
    away.push(file)
  }
  let isRemoval = false
  return async () => {
    isRemoval = !isRemoval
    while (away.length < 20) await remove()
    if (isRemoval) return remove()
    const [file] = away.splice(Math.floor(random() * away.length), 1)
    const bytes = await readFile(join(corpus.documents, file!))
    const { id } = await documents.create(actor, { bytes, filename: file! })
    files.set(id, file!)
  }
}

interface Compared {
  readonly questions: readonly string[]
  readonly changes: number
  readonly change: () => Promise<void>
  readonly cached: SearchService
  readonly fresh: SearchService
  readonly exact: SearchService
}

async function compare(
  index: string,
  { questions, changes, change, cached, fresh, exact }: Compared,
): Promise<Figure[]> {
  const held = new Map<string, string>()
  const ask = async (search: SearchService, query: string) => {
    const { hits, from } = await search.search({ query, topK, scoreThreshold })
    return { from, hits: shown(hits) }
  }
  let [asked, dropped, needless, compared, stale, comparedWithExact, inexact] = [0, 0, 0, 0, 0, 0, 0]
  for (let done = -1; done < changes; done++) {
    await change() // the first one makes room
    await inLanes(questions, lanes, async question => {
      const answer = await ask(cached, question)
      const before = held.get(question)
      held.set(question, answer.hits)
      if (done < 0) return
      const isServed = answer.from === 'cache'
      if (asked++ % comparedEvery > 0 && isServed) return
      const now = await ask(fresh, question)
      if (isServed) {
        stale += Number(answer.hits !== now.hits)
        if (compared++ % comparedEvery > 0) return
        comparedWithExact++
        inexact += Number((await ask(exact, question)).hits !== now.hits)
      } else {
        dropped++
        needless += Number(before === now.hits)
      }
    })
    sayProgress(`${done + 1} of ${changes} changes`)
  }
  sayProgress('')
  const percent = (name: string, part: number, of: number): Figure => ({
    name: `${index}: ${name} (${part} of ${of})`,
    value: of === 0 ? 0 : (100 * part) / of,
    unit: '%',
  })
  return [
    percent('fresh searches that an exact one contradicts', inexact, comparedWithExact),
    percent('cached searches that a change dropped', dropped, asked),
    percent('of the dropped, needlessly: a fresh search gives the same', needless, dropped),
    percent('of all, dropped needlessly', needless, asked),
    percent('served from the cache though a fresh search differs', stale, compared),
  ]
}

function shown(hits: readonly SearchHit[]): string {
  return hits.map(({ chunkId, score }) => `${chunkId} ${score.toFixed(4)}`).join()
}

async function foundByIndex(
  { database: { pool } }: FilledServer,
  questions: readonly string[],
): Promise<number> {
  const vectors = await createHashingEmbedder(dimensions).embed(questions)
  let [found, wanted] = [0, 0]
  for (const vector of vectors) {
    const idsBy = async (order: string) =>
      (
        await pool.query<{ id: string }>(`select id from kb_chunks order by ${order} limit ${nearest}`, [
          JSON.stringify([...vector]),
        ])
      ).rows.map(({ id }) => id)
    const byIndex = new Set(await idsBy('embedding <=> $1'))
    const exact = await idsBy('(embedding <=> $1) + 0') // no index is on the sum
    wanted += exact.length
    found += exact.filter(id => byIndex.has(id)).length
  }
  return (100 * found) / wanted
}
