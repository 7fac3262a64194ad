import type { EntryOptions, InvalidateOptions } from '../cache.js'

export interface DecoratorsOptions {
  /**
   * 16 bytes or more, the same in every instance: arguments enter a key as their HMAC-SHA-256 instead of their SHA-256,
   * which can be guessed where there are few possible arguments. For functions of what people typed.
   */
  readonly keySecret?: Uint8Array
}

/** How the results of a function are kept. `Args` and `Result` are the function's. */
export interface CacheResultOptions<Args extends unknown[] = never[], Result = never>
  extends Omit<EntryOptions, 'tags'> {
  /** No colon in it. @default 'default' */
  readonly namespace?: string
  /** Keeps functions of one namespace apart. @default the function's own name */
  readonly name?: string
  /** Of the value; a function is asked after each load. */
  readonly tags?: readonly string[] | ((result: Result, ...args: Args) => readonly string[])
  /** The key below the namespace: 'user:42' for namespace 'user' and '42'. The name is then no part of it. */
  readonly key?: (...args: Args) => string
  /** What does not tell calls apart. Numbers: positions, from 0. Strings: properties of arguments that are plain objects. */
  readonly excludeArgs?: readonly (number | string)[]
}

/** What a mutation makes void, whether it succeeds or fails: a failure may have come after the change. */
export interface InvalidatesOptions<Args extends unknown[] = never[], Result = never>
  extends InvalidateOptions {
  /** A cached function or method, or the name of a cached method of the same object. */
  readonly reader?: ((...args: never[]) => unknown) | string
  /** The arguments of `reader` from those of the mutation, asked for before it runs. @default the same */
  readonly args?: (...args: Args) => readonly unknown[]
  /** As `args`, where only the result tells, as after an insert; a failed mutation then leaves `reader` as it is. */
  readonly argsOfResult?: (result: Result, ...args: Args) => readonly unknown[]
  /**
   * The value that `reader` would now return, kept under its key, by its options; undefined only invalidates. Of
   * two mutations at the same time the one that returns last wins, unless `version` is given.
   */
  readonly store?: (result: Result, ...args: Args) => unknown
  /** An integer that rises with each change: `store` keeps its value only over a lower one. */
  readonly version?: (result: Result, ...args: Args) => number
  /** Asked for before the mutation runs. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
  readonly namespaces?: string | readonly string[]
}
