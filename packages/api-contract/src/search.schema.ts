import { type Static, Type } from 'typebox'
import { filledText, listOf, metadataScalar, scalarsByKey, strictObject, text, uuid } from './schema-parts.js'

const sourceType = text(1, 100)

export const searchFilters = strictObject(
  {
    sourceType: Type.Optional(Type.Union([sourceType, listOf(sourceType, 50)])),
    documentIds: Type.Optional(listOf(uuid, 100)),
    metadata: Type.Optional(scalarsByKey(Type.Union([metadataScalar, listOf(metadataScalar, 50)]), 20)),
  },
  { description: 'What a passage’s document must be. All given parts must hold; of a list, one value must.' },
)
export type SearchFilters = Static<typeof searchFilters>

export const searchRequest = strictObject({
  query: filledText(2000),
  topK: Type.Integer({ minimum: 1, maximum: 50, default: 5 }),
  scoreThreshold: Type.Number({ minimum: 0, maximum: 1, default: 0 }),
  filters: Type.Optional(searchFilters),
})
export type SearchRequest = Static<typeof searchRequest>

export const searchHit = strictObject({
  chunkId: uuid,
  documentId: uuid,
  title: Type.String(),
  heading: Type.String(),
  text: Type.String(),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  start: Type.Integer({ description: 'UTF-16 code units into the document’s text' }),
  end: Type.Integer(),
  sourceType: Type.String(),
  metadata: scalarsByKey(metadataScalar, 1000),
})
export type SearchHit = Static<typeof searchHit>

/** Where passages came from. */
export const retrieval = strictObject({
  from: Type.Enum(['search', 'cache', 'similar'], {
    description:
      'search: of a search for this question; cache: of an earlier one, for the same question; similar: for another question that means the same',
  }),
  savedMs: Type.Optional(
    Type.Number({
      description:
        'Milliseconds less than the search that was kept had taken; below 0 where it took longer. Absent for `search`',
    }),
  ),
  similarity: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Of `similar`: of the two questions' }),
  ),
})
export type Retrieval = Static<typeof retrieval>

/** Best first. */
export const searchAnswer = strictObject({ items: Type.Array(searchHit), ...retrieval.properties })
export type SearchAnswer = Static<typeof searchAnswer>
