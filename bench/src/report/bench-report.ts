import type { Figure } from '../cache/figure.js'

export interface ReportedFigure extends Figure {
  /** Of a figure with a goal. */
  readonly verdict?: 'holds' | 'missed'
}

export interface SuiteResult {
  readonly name: string
  /** Of one that an earlier run measured; absent: this one did. */
  readonly earlier?: Pick<BenchReport, 'at' | 'commit'>
  readonly seconds: number
  /** Why it ended with an error; a missed goal is one too. */
  readonly failure?: string
  readonly rows: Readonly<Record<string, readonly ReportedFigure[]>>
}

/** `bench/results/report.json`: what a run of all suites has measured. */
export interface BenchReport {
  readonly at: string
  readonly machine: string
  /** Of the measured code. */
  readonly commit: string
  /** Whether files differ from that commit. */
  readonly changed: boolean
  /** Fewer rounds and smaller data: for a look, not for figures to quote. */
  readonly quick: boolean
  /** How many processes wanted a processor in the minute before the start, and whether that makes times doubtful. */
  readonly load: number
  readonly busy: boolean
  /** By name: Node, services and the packages that are compared. */
  readonly versions: Readonly<Record<string, string>>
  /** Those of earlier runs, then those of this one in the order in which they ran. */
  readonly suites: readonly SuiteResult[]
}

/** Nothing failed, and every goal is met. */
export function isGood({ suites }: Pick<BenchReport, 'suites'>): boolean {
  return suites.every(
    ({ failure, rows }) =>
      failure === undefined &&
      Object.values(rows)
        .flat()
        .every(({ verdict }) => verdict !== 'missed'),
  )
}
