/**
 * MurmurHash3 x86-32 (Austin Appleby, public domain) of a text's UTF-8 bytes; half of a surrogate pair counts as U+FFFD, as
 * encoders have it. Allocates nothing: it makes no bytes, and its result is signed, as an unsigned one from 2^31 would be put on
 * the heap. `>>> 0` makes it the number that is published.
 */
export function murmur3(text: string, seed: number): number {
  let hash = seed | 0
  let block = 0
  let filled = 0
  let length = 0
  for (let at = 0; at < text.length; at++) {
    let unit = text.charCodeAt(at)
    // The bytes of one character, the first lowest.
    let bytes = unit
    let size = 1
    if (unit >= 0x80) {
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const next = text.charCodeAt(at + 1)
        if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00)
          at++
        } else unit = 0xfffd
      }
      if (unit < 0x800) {
        size = 2
        bytes = 0xc0 | (unit >> 6) | (tail(unit) << 8)
      } else if (unit < 0x10000) {
        size = 3
        bytes = 0xe0 | (unit >> 12) | (tail(unit >> 6) << 8) | (tail(unit) << 16)
      } else {
        size = 4
        bytes = 0xf0 | (unit >> 18) | (tail(unit >> 12) << 8) | (tail(unit >> 6) << 16) | (tail(unit) << 24)
      }
    }
    length += size
    block |= bytes << filled
    filled += size * 8
    if (filled >= 32) {
      hash = Math.imul(rotate(hash ^ scramble(block), 13), 5) + 0xe6546b64
      filled -= 32
      block = filled === 0 ? 0 : bytes >>> (size * 8 - filled)
    }
  }
  hash ^= scramble(block) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** A byte of UTF-8 that is not the first of its character. */
function tail(bits: number): number {
  return 0x80 | (bits & 0x3f)
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593)
}

function rotate(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by))
}
