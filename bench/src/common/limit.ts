export interface Limit {
  readonly atLeast?: number
  readonly atMost?: number
}
