import type { Mutation } from './mutant-engine.js'

/** A mutation by its file, what stands there, and what stands there instead. */
export function guard(name: string, ...edits: [file: string, find: string, replace: string][]): Mutation {
  return { guard: name, edits: edits.map(([file, find, replace]) => ({ file, find, replace })) }
}
