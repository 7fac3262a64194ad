import { type RawBuilder, sql } from 'kysely'
import { embeddingType } from '../db/embedding-column.js'

const realOid = 700
const headerBytes = 20
const itemBytes = 8

/**
 * Vectors of one length, one behind the other, as a parameter of type `real[]` in PostgreSQL's binary format (array_send
 * in arrayfuncs.c): exact, less than half as long as text, and no number is printed or parsed.
 */
export function realArray(vectors: readonly Float32Array[]): Buffer {
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0)
  const bytes = Buffer.allocUnsafe(headerBytes + length * itemBytes)
  for (const [index, value] of [1, 0, realOid, length, 1].entries()) bytes.writeInt32BE(value, index * 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = headerBytes
  for (const vector of vectors) {
    for (let index = 0; index < vector.length; index += 1) {
      view.setInt32(offset, 4)
      view.setFloat32(offset + 4, vector[index]!)
      offset += itemBytes
    }
  }
  return bytes
}

/** One vector as the type that the column of embeddings has. */
export function vectorParameter(vector: Float32Array): RawBuilder<string> {
  return sql<string>`${realArray([vector])}::real[]::${embeddingType(vector.length)}`
}
