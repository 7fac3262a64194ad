/** What a row may use. */
export interface FlagsBench {
  /** Fewer rounds: for a look, not for figures to quote. */
  readonly quick: boolean
}
