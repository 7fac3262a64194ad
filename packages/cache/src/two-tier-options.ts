/** `CacheOptions` that are about the link to other instances, with their defaults. */
export interface TwoTierOptions {
  readonly name: string
  readonly prefix: string
  readonly remoteTimeoutMs: number
  readonly verifyHits: number
}
