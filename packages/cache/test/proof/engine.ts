import { createCacheIn } from '#src/create-cache'
import { memoryServer } from '#src/testing/memory-remote'

/** What a world is made of; the tester's own tests give it a broken one. */
export interface Engine {
  readonly createCacheIn: typeof createCacheIn
  readonly memoryServer: typeof memoryServer
}

export const engine: Engine = { createCacheIn, memoryServer }
