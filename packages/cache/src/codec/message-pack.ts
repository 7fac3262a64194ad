import { Packr, Unpackr } from 'msgpackr'

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  moreTypes: true,
  useBigIntExtension: true,
  useToJSON: false,
})

/**
 * Definitions of records in foreign bytes would make msgpackr compile a function for each; it keeps them in this list,
 * which takes none. References, which could make a value of a few bytes endless, are off.
 */
const structures: object[] = []
const unpackr = new Unpackr({
  useRecords: false,
  moreTypes: true,
  structuredClone: false,
  copyBuffers: true,
  structures,
})
Object.freeze(structures)

/** A part of a larger buffer, good until it is copied somewhere. */
export function pack(value: unknown): Buffer {
  return packr.pack(value)
}

/** Throws anything for bytes that `pack` did not write, with parts of the value in its message. */
export function unpack(bytes: Buffer): unknown {
  return unpackr.unpack(bytes)
}
