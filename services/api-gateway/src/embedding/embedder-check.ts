import type { Clock } from '@voiceassist/kernel'
import type { Embedder } from './embedder.js'

const freshMs = 30_000

/**
 * A health check that embeds a word, at most every 30 s, and never waits for it: it fails while the last attempt has
 * failed. The first call loads the model.
 */
export function createEmbedderCheck(embedder: Embedder, clock: Clock): () => Promise<void> {
  let askedAt = Number.NEGATIVE_INFINITY
  let failure: unknown

  async function ask(): Promise<void> {
    askedAt = clock.monotonic()
    try {
      await embedder.embed(['ready'], { priority: 'interactive' })
      failure = undefined
    } catch (error) {
      failure = error
    }
  }

  return async () => {
    if (clock.monotonic() - askedAt > freshMs) void ask()
    if (failure !== undefined) throw failure
  }
}
