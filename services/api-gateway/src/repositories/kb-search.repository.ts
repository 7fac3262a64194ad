import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { coverageShares } from '../knowledge/score.js'
import type { SearchFilters, SearchHit } from '../services/search-port.js'
import { chunkRevision } from './chunk-revision.js'
import { documentCondition } from './kb-filters.js'
import { vectorParameter } from './kb-vectors.js'

export interface CandidateQuery {
  readonly vector: Float32Array
  /** Of the embedder that made the vector. */
  readonly model: string
  /** `queryTerms` of the query. */
  readonly terms: readonly string[]
  readonly topK: number
  readonly scoreThreshold: number
  readonly filters?: SearchFilters
}

/** With what stands for the chunk and its document as they are. */
export interface FoundChunk extends SearchHit {
  readonly revision: string
}

/** At most what `hnsw.ef_search` is set to on every connection. */
const nearest = 120
/** Rows that the terms of one field bring, shared out among the terms; a rare term brings all of its rows. */
const lexicalRows = 8000
/** Of these the ones that hold most of the query are compared by their vectors too, */
const mostCovering = 3000
/**
 * and the best by both are scored. With the nearest ones they held all of the exact 5 best of
 * 4,801 chunks for 2,000 questions, paraphrases and snippets of medical texts.
 */
const lexicalCandidates = 200
/** Filters that leave fewer chunks than this need no index: their distances are all computed. */
const fewChunks = 2000

/**
 * The best chunks by `scoreChunk`, in one statement and so of one moment. Scored are the chunks nearest to the query by
 * the vector index, and those that hold most of its terms; what is neither has next to no chance to be among the best.
 * @throws GatewayError EMBEDDER_MISMATCH when the stored vectors are of another model.
 */
export async function searchChunks(db: Kysely<Database>, query: CandidateQuery): Promise<FoundChunk[]> {
  const { terms, topK, scoreThreshold, filters = {} } = query
  const vector = vectorParameter(query.vector)
  const condition = documentCondition(filters)
  const found = await sql<FoundChunk & { readonly model: string }>`
    with ${condition ? allowedDocuments(condition) : sql``}
    semantic as (${condition ? nearestAllowed(vector) : nearestOfAll(vector)}),
    lexical as (${mostCoveringChunks(vector, terms, condition !== undefined)}),
    scored as materialized (
      select c.id, ${score(vector, terms)} as score
      from (select id from semantic union select id from lexical) candidates join kb_chunks c using (id)
    ),
    best as (
      select id, score from scored where score >= ${scoreThreshold}::float8 order by score desc, id limit ${topK}
    )
    select c.id as "chunkId", d.id as "documentId", d.title, c.heading, c.content as text, best.score,
           c.start_offset as start, c.end_offset as "end", d.source_type as "sourceType", d.metadata,
           ${chunkRevision} as revision,
           (select value ->> 'model' from settings where key = 'embedder') as model
    from best join kb_chunks c using (id) join kb_documents d on d.id = c.document_id
    order by best.score desc, c.id
  `
    .execute(db)
    .catch(cause => {
      throw isOtherLength(cause) ? otherModel(cause) : cause
    })
  return found.rows.map(({ model, ...hit }) => {
    if (model !== query.model) throw otherModel()
    return hit
  })
}

function isOtherLength(error: unknown): boolean {
  return error instanceof Error && /\bdimensions\b/.test(error.message) // of vector or halfvec
}

/** The command line may have put vectors of another model in place while this process ran. */
function otherModel(cause?: unknown): GatewayError {
  return new GatewayError('EMBEDDER_MISMATCH', 'The stored vectors are of another model by now', {
    remedy: 'Restart the gateway with the embedder that made them',
    cause,
  })
}

function allowedDocuments(condition: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`
    allowed as materialized (select d.id, d.chunk_count from kb_documents d where ${condition}),
    allowed_size as materialized (select coalesce(sum(chunk_count), 0) <= ${fewChunks} as few from allowed),`
}

function nearestOfAll(vector: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select id from kb_chunks order by embedding <=> ${vector} limit ${nearest}`
}

/** `+ 0` keeps the planner from the vector index, which would pass many chunks to find the few. */
function nearestAllowed(vector: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    (select c.id from kb_chunks c
     where (select few from allowed_size) and c.document_id in (select id from allowed)
     order by (c.embedding <=> ${vector}) + 0 limit ${nearest})
    union all
    (select c.id from kb_chunks c
     where not (select few from allowed_size) and c.document_id in (select id from allowed)
     order by c.embedding <=> ${vector} limit ${nearest})`
}

/** Each term's rows come by an inverted index; how much of the query a chunk holds is the sum over its terms. */
function mostCoveringChunks(
  vector: RawBuilder<unknown>,
  terms: readonly string[],
  filtered: boolean,
): RawBuilder<unknown> {
  const rows = Math.ceil(lexicalRows / Math.max(1, terms.length))
  const allowed = filtered ? sql`and c.document_id in (select id from allowed)` : sql``
  const matches = ['title_terms', 'heading_terms', 'body_terms'].map(
    column => sql`
      select found.id
      from unnest(${terms}::text[]) term cross join lateral (
        select c.id from kb_chunks c where c.${sql.ref(column)} @> array[term] ${allowed} limit ${rows}
      ) found`,
  )
  return sql`
    select c.id from (
      select id, count(*) as held from (${sql.join(matches, sql` union all `)}) matched
      group by id order by held desc, id limit ${mostCovering}
    ) covering join kb_chunks c using (id)
    order by held / ${3 * Math.max(1, terms.length)}::float8 - (c.embedding <=> ${vector}) desc, c.id
    limit ${lexicalCandidates}`
}

/** `scoreChunk` and `lexicalCoverage` in SQL, step by step, so that both give the same number to the last bit. */
function score(vector: RawBuilder<unknown>, terms: readonly string[]): RawBuilder<number> {
  const length = sql`${Math.max(1, terms.length)}::float8`
  const inTitle = sql`count(*) filter (where term = any(c.title_terms))`
  const inHeading = sql`count(*) filter (where term = any(c.heading_terms))`
  const anywhere = sql`count(*) filter (
    where term = any(c.title_terms) or term = any(c.heading_terms) or term = any(c.body_terms))`
  return sql<number>`
    (least(1, greatest(0, 1 - (c.embedding <=> ${vector}))) + (
      select (${coverageShares.anywhere}::float8 * ${anywhere} + ${coverageShares.heading}::float8 * ${inHeading}) / ${length}
        + ${coverageShares.title}::float8
          * (${inTitle} / ${length} + ${inTitle} / greatest(1, cardinality(c.title_terms))::float8) / 2
      from unnest(${terms}::text[]) term
    )) / 2`
}
