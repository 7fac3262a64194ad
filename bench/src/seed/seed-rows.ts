import { spreadOf } from '../cache/side-by-side.js'
import type { Times } from '../made-database/timed.js'
import { type Claim, claims, type Verdict, verdictOf } from './claims.js'
import type { ColdTimes } from './measure-cold.js'
import type { WarmTimes, Way } from './measure-warm.js'

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly calls: number
}

/** A row of the seed's table, as it was measured. */
export interface SeedRow {
  readonly row: string
  readonly claim: Pick<Claim, 'beforeMs' | 'afterMs' | 'improvement'>
  /** What the time after is: of the indexes alone, or of a gateway with its caches. */
  readonly after: 'indexes' | 'caches'
  readonly warm: Readonly<Partial<Record<Way, Quantiles>>>
  /** Absent: the server could not be restarted. */
  readonly cold?: Readonly<Record<'before' | 'indexes', Quantiles>>
  readonly before: Quantiles
  readonly measured: Quantiles
  /** Of the time after to the time before in the same round: median and quartiles. */
  readonly ratio: { readonly median: number; readonly quartiles: readonly [number, number] }
  readonly improvement: number
  readonly verdict: Verdict
  readonly why?: string
}

const cacheFloorMs = 0.001

/** @param floor an empty query: what is left of one whose work takes no time */
export function seedRows(warm: WarmTimes, floor: Times, cold: ColdTimes | undefined): SeedRow[] {
  return claims.flatMap(claim => {
    const ways = warm[claim.operation]
    const common = {
      claim: { beforeMs: claim.beforeMs, afterMs: claim.afterMs, improvement: claim.improvement },
      warm: Object.fromEntries(
        Object.entries(ways).map(([way, times]) => [way, quantilesOf(times)]),
      ) as SeedRow['warm'],
      ...(cold && {
        cold: {
          before: quantilesOf(cold[claim.operation].before),
          indexes: quantilesOf(cold[claim.operation].indexes),
        },
      }),
    }
    const compared = (row: string, before: Times, after: Times, afterIs: SeedRow['after']): SeedRow => {
      const ratio = spreadOf(ratioOfRounds(after, before))
      const verdict = verdictOf(claim, {
        beforeMs: before.p50,
        ratio: ratio.median,
        floorMs: afterIs === 'caches' ? cacheFloorMs : floor.p50,
      })
      return {
        ...common,
        row,
        after: afterIs,
        before: quantilesOf(before),
        measured: quantilesOf(after),
        ratio: { median: ratio.median, quartiles: ratio.quartiles },
        improvement: 1 - ratio.median,
        verdict,
        ...(verdict === 'no room' && {
          why: `even an empty query takes ${floor.p50.toFixed(2)} ms, of ${before.p50.toFixed(2)} ms before`,
        }),
      }
    }
    const [before, indexes] = [ways['gateway, before']!, ways['gateway, indexes']!]
    if (claim.by === 'the cache') return [compared(claim.row, before, ways['gateway, cached']!, 'caches')]
    const row = compared(claim.row, before, indexes, 'indexes')
    if (claim.by === 'migration 005') return [row]
    return [
      {
        ...row,
        verdict: 'no room',
        why: 'e-mails are unique by an index of migration 001: 005 has nothing to add, and nothing to take away',
      },
      compared(
        `${claim.row}, had 001 made no such index`,
        ways['gateway, no e-mail index']!,
        indexes,
        'indexes',
      ),
    ]
  })
}

export function quantilesOf(times: Times): Quantiles {
  return { p50: times.p50, p95: times.p95, calls: times.all.length }
}

function ratioOfRounds(of: Times, to: Times): number[] {
  return of.medians.map((value, round) => value / to.medians[round]!)
}
