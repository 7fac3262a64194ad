import { parse } from 'node:path'
import type { OpenDatabase } from '@voiceassist/api-gateway/db/open-database'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { queryTerms } from '@voiceassist/api-gateway/knowledge/lexical-terms'
import { searchChunks } from '@voiceassist/api-gateway/repositories/kb-search.repository'
import { inLanes } from '@voiceassist/api-gateway/services/documents/in-lanes'
import { createSearchService } from '@voiceassist/api-gateway/services/search.service'
import { percentile, say, sayProgress } from '../common/say.js'
import type { Question } from './corpus.js'

/** Passages asked for: enough that ten documents are among them where there are as many. */
const topK = 50
const depths = [1, 5, 10] as const
const timedQuestions = 200

/** Shares of the questions whose right document is among the first 1, 5 and 10 documents found. */
export type Recall = Readonly<Record<(typeof depths)[number], number>>

/** Prints and resolves to the recall; prints the time of a search. */
export async function askQuestions(
  database: OpenDatabase,
  embedder: Embedder,
  questions: readonly Question[],
): Promise<Recall> {
  const search = createSearchService({ db: database.db, embedder })
  const names = await fileNames(database)
  const ranks: number[] = []
  await inLanes(questions, embedder.parallelism + 1, async ({ question, document }) => {
    const { hits } = await search.search({ query: question, topK, scoreThreshold: 0 })
    const found = [...new Set(hits.map(hit => names.get(hit.documentId)))]
    const rank = found.indexOf(document)
    ranks.push(rank < 0 ? Number.POSITIVE_INFINITY : rank)
    sayProgress(`asking: ${ranks.length} of ${questions.length}`)
  })
  sayProgress('')
  const at = (depth: number) => ranks.filter(rank => rank < depth).length / ranks.length
  const recall = { 1: at(1), 5: at(5), 10: at(10) }
  const shares = depths.map(depth => `${recall[depth].toFixed(4)} at ${depth}`)
  say(`recall of the right document, ${ranks.length} questions: ${shares.join(', ')}`)
  await timeSearches(database, embedder, questions)
  return recall
}

/** One after the other, as a user waits for them. */
async function timeSearches(
  { db }: OpenDatabase,
  embedder: Embedder,
  questions: readonly Question[],
): Promise<void> {
  const embedMs: number[] = []
  const searchMs: number[] = []
  const step = Math.max(1, Math.floor(questions.length / timedQuestions))
  for (let index = 0; index < questions.length; index += step) {
    const { question } = questions[index]!
    const startedAt = performance.now()
    const [vector] = await embedder.embed([question], { priority: 'interactive' })
    const embeddedAt = performance.now()
    const terms = queryTerms(question)
    await searchChunks(db, { vector: vector!, model: embedder.model, terms, topK: 5, scoreThreshold: 0 })
    embedMs.push(embeddedAt - startedAt)
    searchMs.push(performance.now() - embeddedAt)
  }
  const wholeMs = embedMs.map((ms, index) => ms + searchMs[index]!)
  const times = (values: readonly number[]) =>
    `p50 ${percentile(values, 0.5).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms`
  say(`time of a search: ${times(searchMs)}; with the embedding of the question: ${times(wholeMs)}`)
}

/** What the questions call a document, by its id. */
async function fileNames({ pool }: OpenDatabase): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; filename: string }>('select id, filename from kb_documents')
  return new Map(rows.map(({ id, filename }) => [id, parse(filename).name]))
}
