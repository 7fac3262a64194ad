/**
 * Which keys left a queue lately: 32-bit hashes in buckets of eight, each with the time it came, counted in
 * keys (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023, section 4.2). A full bucket gives up
 * its oldest; a wrong answer costs one badly placed entry.
 */
export class GhostKeys {
  #hashes = new Uint32Array(0)
  #times = new Uint32Array(0)
  #now = 0

  /** Remembers it until `limit` others came. */
  add(key: string, limit: number): void {
    if (limit > this.#hashes.length) this.#grow(limit)
    if (this.#now === 0xffff_ffff) {
      this.#now = 0
      this.#times.fill(0)
    }
    this.#put(hashOf(key), ++this.#now)
  }

  /** Whether fewer than `limit` keys came after this one; it is forgotten then. */
  take(key: string, limit: number): boolean {
    if (this.#now === 0) return false
    const at = this.#find(hashOf(key))
    if (at < 0) return false
    const isRecent = this.#isRecent(this.#times[at] as number, limit)
    this.#times[at] = 0
    return isRecent
  }

  #isRecent(time: number, limit: number): boolean {
    return time > 0 && this.#now - time < limit
  }

  #bucketOf(hash: number): number {
    return Math.floor((hash / 0x1_0000_0000) * (this.#hashes.length / ways)) * ways
  }

  #find(hash: number): number {
    const first = this.#bucketOf(hash)
    for (let at = first; at < first + ways; at++)
      if (this.#hashes[at] === hash && this.#times[at] !== 0) return at
    return -1
  }

  #put(hash: number, time: number): void {
    let place = this.#find(hash)
    if (place < 0) {
      place = this.#bucketOf(hash)
      for (let at = place + 1, end = place + ways; at < end; at++)
        if ((this.#times[at] as number) < (this.#times[place] as number)) place = at
    }
    this.#hashes[place] = hash
    this.#times[place] = time
  }

  #grow(limit: number): void {
    const hashes = this.#hashes
    const times = this.#times
    const buckets = Math.ceil(Math.max(64, limit, hashes.length * 1.5) / ways)
    this.#hashes = new Uint32Array(buckets * ways)
    this.#times = new Uint32Array(this.#hashes.length)
    for (let at = 0; at < hashes.length; at++)
      if (times[at] !== 0) this.#put(hashes[at] as number, times[at] as number)
  }
}

const ways = 8

/** FNV-1a with MurmurHash3's final mix: buckets are chosen by the upper bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
