import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryTerms } from '@voiceassist/api-gateway/knowledge/lexical-terms'
import type { InsertedChunk, SearchHit, SearchScore } from '@voiceassist/rag-cache'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { readCorpus } from '../retrieval/corpus.js'

export const dimensions = 512
export const topK = 5
export const scoreThreshold = 0.4
const chunkWords = 180

export interface Passages {
  readonly documents: ReadonlyMap<string, readonly InsertedChunk[]>
  readonly questions: readonly string[]
  readonly vectors: ReadonlyMap<string, Float32Array>
}

const termsOfText = new Map<string, ReadonlySet<string>>()

/** Half the cosine, half the share of the question's terms in the chunk: of the gateway's kind, and quick to compute. */
export const score: SearchScore = {
  features: queryTerms,
  of: ({ features }, { text }, cosine) => mean(cosine, coverage(features as readonly string[], text)),
  atMost: cosine => mean(cosine, 1),
}

function mean(cosine: number, covered: number): number {
  return (Math.min(1, Math.max(0, cosine)) + covered) / 2
}

function coverage(asked: readonly string[], text: string): number {
  let terms = termsOfText.get(text)
  if (!terms) {
    terms = new Set(queryTerms(text))
    for (const [word] of text.matchAll(/\p{L}+/gu)) (terms as Set<string>).add(queryTerms(word)[0] ?? '')
    termsOfText.set(text, terms)
  }
  return asked.length === 0 ? 0 : asked.filter(term => terms.has(term)).length / asked.length
}

/** MedQuAD, cut into chunks of 180 words, with vectors of hashed words; of its documents one in `every`. */
export async function readPassages(data: string, every: number): Promise<Passages> {
  const corpus = await readCorpus(data)
  const embedder = createHashingEmbedder(dimensions)
  const documents = new Map<string, InsertedChunk[]>()
  const files = (await readdir(corpus.documents)).sort().filter((_, at) => at % every === 0)
  for (const file of files) {
    const words = (await readFile(join(corpus.documents, file), 'utf8')).split(/\s+/)
    const texts: string[] = []
    for (let at = 0; at < words.length; at += chunkWords)
      texts.push(words.slice(at, at + chunkWords).join(' '))
    const vectors = await embedder.embed(texts)
    const chunks = texts.map((text, at) => ({
      chunkId: `${file}#${at}`,
      text,
      embedding: vectors[at] as Float32Array,
      metadata: {},
    }))
    documents.set(file, chunks)
  }
  const questions = corpus.questions.map(({ question }) => question)
  const embedded = await embedder.embed(questions)
  const vectors = new Map(questions.map((question, at) => [question, embedded[at] as Float32Array]))
  return { documents, questions, vectors }
}

/** Exact: a chunk is passed over only if no text of it could bring it among the best. */
export function searchAll(
  documents: ReadonlyMap<string, readonly InsertedChunk[]>,
  features: unknown,
  vector: Float32Array,
): SearchHit[] {
  const hits: SearchHit[] = []
  let floor = scoreThreshold
  for (const [documentId, chunks] of documents)
    for (const chunk of chunks) {
      const cosine = product(vector, chunk.embedding)
      if (mean(cosine, 1) < floor) continue
      const found = score.of({ features }, chunk, cosine)
      if (found < floor) continue
      hits.push({ chunkId: chunk.chunkId, documentId, score: found })
      hits.sort((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? -1 : 1))
      if (hits.length > topK) hits.pop()
      if (hits.length === topK) floor = hits.at(-1)?.score ?? floor
    }
  return hits
}

export function product(a: Float32Array, b: Float32Array): number {
  let [even, odd] = [0, 0]
  for (let at = 0; at < dimensions; at += 2) {
    even += (a[at] as number) * (b[at] as number)
    odd += (a[at + 1] as number) * (b[at + 1] as number)
  }
  return even + odd
}
