/** A value on its way into memory, and what hit it there. */
export interface Arriving {
  readonly key: string
  readonly namespace: string
  /** What hit it last: a value whose read point is below is not kept. */
  voidSeq: number
  /** The read point, once there is one. */
  readSeq: number
  /** Known late, when the loader names them. */
  tags: readonly string[]
}
