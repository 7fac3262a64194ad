import { type Static, Type } from 'typebox'
import {
  cursor,
  metadataScalar,
  nextCursor,
  nullable,
  scalarsByKey,
  strictObject,
  text,
  timestamp,
  uuid,
} from './schema-parts.js'

const summaryProperties = {
  id: uuid,
  title: Type.String(),
  sourceType: Type.String(),
  sourceKey: nullable(Type.String({ description: 'Where an imported document came from' })),
  filename: nullable(Type.String()),
  fileType: Type.String(),
  contentHash: Type.String({ description: 'SHA-256 of the file’s bytes, hexadecimal' }),
  metadata: scalarsByKey(metadataScalar, 1000),
  version: Type.Integer({ description: '1 at first, one more at each replacement' }),
  chunkCount: Type.Integer(),
  wordCount: Type.Integer(),
  createdAt: timestamp,
  updatedAt: timestamp,
}

export const documentSummary = strictObject(summaryProperties)
export type DocumentSummary = Static<typeof documentSummary>

export const documentChunk = strictObject({
  id: uuid,
  position: Type.Integer(),
  heading: Type.String(),
  text: Type.String(),
  start: Type.Integer({ description: 'UTF-16 code units into the document’s text' }),
  end: Type.Integer(),
  wordCount: Type.Integer(),
})
export type DocumentChunk = Static<typeof documentChunk>

export const documentDetail = strictObject({
  ...summaryProperties,
  text: Type.String(),
  chunks: Type.Array(documentChunk),
})
export type DocumentDetail = Static<typeof documentDetail>

/** The text parts of an upload; `metadata` once its JSON is read. */
export const documentFields = strictObject({
  title: Type.Optional(text(1, 500)),
  sourceType: Type.Optional(text(1, 100)),
  metadata: Type.Optional(scalarsByKey(metadataScalar, 100)),
})
export type DocumentFields = Static<typeof documentFields>

/** An upload as the API reference shows it: multipart/form-data, parts in any order. */
export const documentUpload = strictObject({
  file: Type.Unsafe<never>({
    type: 'string',
    format: 'binary',
    description: 'A .md, .txt, .html or .pdf file',
  }),
  title: Type.Optional(text(1, 500)),
  sourceType: Type.Optional(text(1, 100)),
  metadata: Type.Optional(Type.String({ description: 'A JSON object of texts, numbers and booleans' })),
})

export const documentListQuery = strictObject({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  cursor: Type.Optional(cursor),
  sourceType: Type.Optional(text(1, 100)),
})
export type DocumentListQuery = Static<typeof documentListQuery>

/** Newest first. */
export const documentPage = strictObject({
  items: Type.Array(documentSummary),
  nextCursor,
  total: Type.Integer({ description: 'Documents that match the filter, on all pages' }),
})
export type DocumentPage = Static<typeof documentPage>
