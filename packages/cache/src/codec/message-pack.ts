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

/** msgpackr reads smaller ones without the detour that pays for texts of larger ones. */
const smallBytes = 140
/** It makes a view of each buffer that it is shown: a copy into one that has its view is cheaper. */
const small = Buffer.alloc(smallBytes)

/** Of what begins at `start`. Throws anything for bytes that `pack` did not write, with parts of the value in its message. */
export function unpack(bytes: Buffer, start = 0): unknown {
  const length = bytes.length - start
  if (length >= smallBytes) return unpackr.unpack(start === 0 ? bytes : bytes.subarray(start))
  bytes.copy(small, 0, start)
  return unpackr.unpack(small, length)
}
