import { type RawBuilder, sql } from 'kysely'
import type { DocumentMetadata } from '../db/schema.js'
import type { SearchFilters } from '../services/search-port.js'

/** What the filters look at. */
export interface FilteredChunk {
  readonly documentId: string
  readonly sourceType: string
  readonly metadata: DocumentMetadata
}

type Scalar = DocumentMetadata[string]

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a chunk passes; `documentCondition` says the same in SQL. Values compare with their type: 1 is not '1'. */
export function matchesFilters(filters: SearchFilters, chunk: FilteredChunk): boolean {
  const { sourceType, documentIds, metadata = {} } = filters
  if (sourceType !== undefined && !listOf(sourceType).includes(chunk.sourceType)) return false
  if (documentIds && !documentIds.some(id => id.toLowerCase() === chunk.documentId)) return false
  return Object.entries(metadata).every(
    ([key, wanted]) =>
      Object.hasOwn(chunk.metadata, key) &&
      listOf<Scalar>(wanted).some(value => value === chunk.metadata[key]),
  )
}

/** The condition on `kb_documents as d`; undefined when the filters let everything pass. */
export function documentCondition({
  sourceType,
  documentIds,
  metadata = {},
}: SearchFilters): RawBuilder<boolean> | undefined {
  const conditions: RawBuilder<boolean>[] = []
  if (sourceType !== undefined) {
    const types = listOf(sourceType).filter(isStorable)
    conditions.push(sql<boolean>`d.source_type = any(${types}::text[])`)
  }
  if (documentIds) {
    const ids = documentIds.map(id => id.toLowerCase()).filter(id => uuid.test(id))
    conditions.push(sql<boolean>`d.id = any(${ids}::uuid[])`)
  }
  for (const [key, wanted] of Object.entries(metadata)) {
    const pairs = listOf<Scalar>(wanted)
      .filter(value => isStorable(key) && isStorable(value))
      .map(value => JSON.stringify({ [key]: value }))
    conditions.push(sql<boolean>`d.metadata @> any(${pairs}::jsonb[])`)
  }
  return conditions.length === 0 ? undefined : sql<boolean>`${sql.join(conditions, sql` and `)}`
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

/** What PostgreSQL cannot hold, no document has: NUL, half a surrogate pair, numbers that JSON lacks. */
function isStorable(value: Scalar): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'string' || !/\0|\p{Surrogate}/u.test(value)
}
