import type { Limit } from '../common/limit.js'

/** One result, of which a row of the bench has several. */
export interface Figure {
  readonly name: string
  readonly value: number
  /** 'of …' for a ratio, a unit otherwise. */
  readonly unit: string
  /** The quartiles, of what was measured several times. */
  readonly quartiles?: readonly [number, number]
  /** Absent: nothing is promised, such as of another library. */
  readonly goal?: Limit
  /** The same of other libraries, by name. */
  readonly peers?: Readonly<Record<string, number>>
}

/** What a row of the bench may use. */
export interface Bench {
  /** Fewer rounds and smaller data: for a look, not for figures to quote. */
  readonly quick: boolean
  /** The folder with the traces. */
  readonly traces: string
  /** The URL of a Redis of the bench's own. */
  redis(): Promise<string>
}

export type Row = (bench: Bench) => Promise<Figure[]>

/** The first of the figures with those of the others beside it. */
export function besidePeers([own, ...others]: readonly Figure[]): Figure[] {
  if (!own) return []
  return [{ ...own, peers: Object.fromEntries(others.map(({ name, value }) => [name, value])) }, ...others]
}
