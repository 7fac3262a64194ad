import type { Actor } from '../audit/actor.js'
import type { Dependencies } from '../dependencies.js'

/** How far a command is. */
export interface Progress {
  readonly label: string
  /** Of what `done` and `total` are counts, in the plural. */
  readonly unit: string
  readonly done: number
  readonly total: number
  readonly failed: number
}

/** Where a command says what it does; a terminal, or the other end of a socket. */
export interface Output {
  line(text: string): void
  error(text: string): void
  progress(progress: Progress): void
}

export interface CommandContext {
  readonly dependencies: Dependencies
  readonly actor: Actor
  readonly out: Output
  readonly signal: AbortSignal
}

/**
 * A command's work: the same here and in a gateway that holds the data folder. Arguments are plain JSON, paths in them
 * absolute. Resolves to the exit code.
 */
export type Command<Arguments> = (context: CommandContext, args: Arguments) => Promise<number>
