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

/** Best first. */
export const searchAnswer = strictObject({ items: Type.Array(searchHit) })
export type SearchAnswer = Static<typeof searchAnswer>
