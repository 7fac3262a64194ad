/** The highest number that any answer of a generation told any cache of this process. */
export interface Heard {
  seq: number
}

const maxGenerations = 1024
const generations = new Map<string, Heard>()

/**
 * Shared by all caches of this process: what one of them was told has happened before what another is called for after
 * that. A generation's name is random, and so says of which partition of which server it is.
 */
export function heardOf(gen: string): Heard {
  let heard = generations.get(gen)
  if (!heard) {
    heard = { seq: -1 }
    generations.set(gen, heard)
    if (generations.size > maxGenerations) generations.delete(generations.keys().next().value as string)
  }
  return heard
}
