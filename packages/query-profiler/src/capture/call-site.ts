/** A line of the application, as a person finds it. */
export interface CallSite {
  /** Absolute path, through a source map where Node has one (`--enable-source-maps`). */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Empty at the top of a module. */
  readonly function: string
}
