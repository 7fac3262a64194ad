import { createHashingEmbedder, describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChunkTerms, chunkTerms, queryTerms } from '#src/knowledge/lexical-terms'
import { lexicalCoverage, scoreChunk, termSets } from '#src/knowledge/score'
import { insertChunks, tidyKnowledgeBase } from '#src/repositories/kb-chunks.repository'
import { insertDocument } from '#src/repositories/kb-documents.repository'
import { searchChunks } from '#src/repositories/kb-search.repository'
import { blend, clusteredVectors, cosine, randomNumbers } from './clustered-vectors.js'
import { type KnowledgeBase, openKnowledgeBase } from './knowledge-base-fixture.js'

const seed = 4711
const dimensions = 96
const documents = 60
const hashing = createHashingEmbedder(dimensions)
const hashed = async (...texts: string[]) => (await hashing.embed([texts.join(' ')]))[0]!
const embedder = {
  model: 'given',
  dimensions,
  parallelism: 1,
  embed: async () => [],
  close: async () => {},
}
/** Words by how common they are: the first is in most texts, the last in few. */
const words = Array.from({ length: 300 }, (_, n) => `term${String.fromCharCode(97 + (n % 26))}${n}`)

interface Stored {
  readonly document: number
  readonly vector: Float32Array
  readonly title: string
  readonly heading: string
  readonly text: string
  readonly terms: ChunkTerms
}

describeDatabases('search', kind => {
  // The embedded database takes twice as long to index one, by the same code.
  const chunksEach = kind === 'pglite' ? 45 : 90
  let kb: KnowledgeBase
  const stored: Stored[] = []
  const ids: string[] = []
  const random = randomNumbers(seed)
  const pick = () => words[Math.floor(words.length * random() ** 3)]!
  const some = (count: number) => Array.from({ length: count }, pick).join(' ')
  const queries = clusteredVectors(60, dimensions, randomNumbers(seed + 1))

  beforeAll(async () => {
    kb = await openKnowledgeBase(kind, embedder)
    const vectors = clusteredVectors(documents * chunksEach, dimensions, random)
    for (let document = 0; document < documents; document++) {
      const title = some(3)
      const chunks = []
      for (let position = 0; position < chunksEach; position++) {
        const isCopy = position % 30 === 29
        const { heading, text } = isCopy ? stored.at(-1)! : { heading: some(2), text: some(12) }
        const chunk = { title, heading, text }
        // A text's vector tells something of its words, and more of what no word shows.
        const n = document * chunksEach + position
        const vector = isCopy ? vectors[n - 1]! : blend(vectors[n]!, await hashed(title, heading, text))
        vectors[n] = vector
        const terms = chunkTerms(chunk)
        stored.push({ document, vector, terms, ...chunk })
        const { headingTerms, bodyTerms } = terms
        chunks.push({
          ...{
            position,
            heading: chunk.heading,
            text: chunk.text,
            start: 0,
            end: chunk.text.length,
            wordCount: 12,
          },
          ...{ headingTerms: headingTerms.join('\n'), bodyTerms: bodyTerms.join('\n') },
        })
      }
      const { id } = await insertDocument(kb.database.db, {
        ...{ title, sourceType: document % 20 === 0 ? 'rare' : 'common', filename: null, fileType: 'txt' },
        ...{ contentHash: String(document).padStart(64, '0'), text: 'text', metadata: { document } },
        ...{ chunkCount: chunksEach, wordCount: 0, sourceKey: null, createdBy: null },
      })
      ids.push(id)
      const titleTerms = chunkTerms({ title, heading: '', text: '' }).titleTerms.join('\n')
      await insertChunks(kb.database.db, { id, titleTerms }, chunks, vectors.slice(document * chunksEach))
    }
    await tidyKnowledgeBase(kb.database.db)
  })
  afterAll(() => kb?.close())

  const scoreOf = (chunk: Stored, vector: Float32Array, terms: readonly string[]) =>
    scoreChunk({
      cosine: cosine(vector, chunk.vector),
      coverage: lexicalCoverage(terms, termSets(chunk.terms)),
    })
  const keyOf = (hit: { documentId: string; text: string; heading: string }) =>
    stored.find(
      ({ document, text, heading }) =>
        ids[document] === hit.documentId && text === hit.text && heading === hit.heading,
    )!
  const find = (vector: Float32Array, options: Partial<Parameters<typeof searchChunks>[1]> = {}) =>
    searchChunks(kb.database.db, {
      ...{ vector, model: 'given', terms: [], topK: 5, scoreThreshold: 0 },
      ...options,
    })

  /** The share of the exact best that a search finds; what scores the same counts as the same. */
  async function recall(
    termsOf: (n: number) => readonly string[],
    filters: object,
    passes: (chunk: Stored) => boolean,
  ): Promise<number> {
    let found = 0
    let wanted = 0
    for (const [n, query] of queries.entries()) {
      const terms = termsOf(n)
      const vector = terms.length > 0 ? blend(query, await hashed(...terms)) : query
      const hits = await find(vector, { terms, filters })
      const exact = stored
        .filter(passes)
        .map(chunk => scoreOf(chunk, vector, terms))
        .filter(score => score > 0)
        .sort((a, b) => b - a)
        .slice(0, 5)
      wanted += exact.length
      for (const hit of hits) expect(passes(keyOf(hit))).toBe(true)
      found += exact.filter((score, rank) => (hits[rank]?.score ?? -1) > score - 1e-6).length
    }
    return found / wanted
  }
  const noTerms = () => []
  const oneToSixTerms = (n: number) => Array.from({ length: 1 + (n % 6) }, pick)

  test(`finds 0.98 of the 5 nearest of ${documents * chunksEach} chunks by the vector index (seed ${seed})`, async () => {
    const plan = await kb.database.pool.query(
      `explain select id from kb_chunks order by embedding <=> '[${queries[0]}]' limit 120`,
    )
    expect(plan.rows.map(row => row['QUERY PLAN']).join()).toContain('kb_chunks_embedding')
    expect(await recall(noTerms, {}, () => true)).toBeGreaterThanOrEqual(0.98)
  })

  test('finds them behind filters that leave many, few and hardly any chunks', async () => {
    const common = ({ document }: Stored) => document % 20 !== 0
    expect(await recall(noTerms, { sourceType: 'common' }, common)).toBeGreaterThanOrEqual(0.98)
    expect(await recall(noTerms, { sourceType: 'rare' }, chunk => !common(chunk))).toBe(1)
    expect(
      await recall(noTerms, { metadata: { document: [3, 4] } }, ({ document }) => [3, 4].includes(document)),
    ).toBe(1)
    expect(await recall(noTerms, { documentIds: [ids[7]] }, ({ document }) => document === 7)).toBe(1)
  })

  test('finds 0.98 of the 5 best by vector and words together', async () => {
    expect(await recall(oneToSixTerms, {}, () => true)).toBeGreaterThanOrEqual(0.98)
    const rare = ({ document }: Stored) => document % 20 === 0
    expect(await recall(oneToSixTerms, { sourceType: 'rare' }, rare)).toBeGreaterThanOrEqual(0.98)
  })

  test('scores as the functions say, best first, down to the threshold', async () => {
    for (const [n, vector] of queries.slice(0, 20).entries()) {
      const terms = queryTerms(Array.from({ length: n % 7 }, pick).join(' '))
      const hits = await find(vector, { terms, topK: 50 })
      for (const hit of hits) expect(hit.score).toBeCloseTo(scoreOf(keyOf(hit), vector, terms), 6)
      const scores = hits.map(hit => hit.score)
      expect(scores).toEqual([...scores].sort((a, b) => b - a))
      const scoreThreshold = scores[10]!
      const fewer = await find(vector, { terms, topK: 50, scoreThreshold })
      expect(fewer).toEqual(hits.filter(hit => hit.score >= scoreThreshold))
    }
  })

  test('orders equal scores by chunk id, the same each time', async () => {
    for (const copied of stored.filter((_, n) => n % chunksEach === 29).slice(0, 20)) {
      const hits = await find(copied.vector, { topK: 2 })
      expect(hits[0]!.score).toBe(hits[1]!.score)
      expect(hits[0]!.chunkId < hits[1]!.chunkId).toBe(true)
      expect(await find(copied.vector, { topK: 1 })).toEqual(hits.slice(0, 1))
    }
  })

  test('filters that match nothing find nothing; vectors of another model are refused', async () => {
    const vector = queries[0]!
    expect(await find(vector, { filters: { sourceType: 'none' } })).toEqual([])
    expect(await find(vector, { filters: { documentIds: [] } })).toEqual([])
    expect(await find(vector, { filters: { metadata: { document: '3' } } })).toEqual([])
    await expect(find(vector, { model: 'another' })).rejects.toMatchObject({ code: 'EMBEDDER_MISMATCH' })
    await expect(find(new Float32Array(dimensions + 1))).rejects.toMatchObject({ code: 'EMBEDDER_MISMATCH' })
  })
})
