/** A value on its way into memory, and what hit it there. */
export interface Arriving {
  readonly key: string
  readonly namespace: string
  /** What hit it last: a value whose read point is below is not kept. */
  readonly voidSeq: number
}
