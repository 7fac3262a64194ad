/** What a query will take, as far as it can be told; never a reason not to run it. */
export type Prediction =
  | {
      readonly from: 'its own past' | 'its plan'
      readonly medianMs: number
      /** Nine of ten executions lie within. */
      readonly lowMs: number
      readonly highMs: number
      /** That it takes `slowQueryThresholdMs` or more, 0 to 1. */
      readonly slowProbability: number
    }
  | { readonly from: 'nothing' /** Why nothing is said; for a person. */; readonly reason: string }
