import type { OverviewPanel, OverviewSample, PanelUnit } from '@voiceassist/api-contract'
import { formatBytes, formatMs, formatNumber, formatRatio } from '../../parts/format.js'

/** `none`: nothing was observed, or nothing says what would be bad. */
export type Standing = 'good' | 'warn' | 'bad' | 'none'

export const standingWords: Readonly<Record<Standing, string>> = {
  good: '✓ good',
  warn: '! watch',
  bad: '✕ bad',
  none: '',
}

/** What one series of a panel did over the samples at hand; null: nothing was observed. */
export interface SeriesSummary {
  readonly at: number
  readonly label: string
  /** What was observed last, which may be some time ago. */
  readonly latest: number | null
  /** That was one of the last few samples. */
  readonly isCurrent: boolean
  readonly min: number | null
  readonly max: number | null
}

export function formatUnit(unit: PanelUnit, value: number | null): string {
  if (value === null) return '–'
  if (unit === 'seconds') return formatMs(value * 1000)
  if (unit === 'ratio') return formatRatio(value)
  if (unit === 'percent') return formatRatio(value / 100)
  if (unit === 'bytes') return formatBytes(value)
  return unit === 'perSecond' ? `${formatNumber(value)} /s` : formatNumber(value)
}

export function lowIsBad({ warnAt, badAt }: OverviewPanel): boolean {
  return warnAt !== undefined && badAt !== undefined && badAt < warnAt
}

export function standingOf(panel: OverviewPanel, value: number | null): Standing {
  const { warnAt, badAt } = panel
  if (value === null || (warnAt === undefined && badAt === undefined)) return 'none'
  const reaches = (limit: number | undefined) =>
    limit !== undefined && (lowIsBad(panel) ? value < limit : value >= limit)
  if (reaches(badAt)) return 'bad'
  return reaches(warnAt) ? 'warn' : 'good'
}

/** Ten seconds: what nobody read meanwhile says little about now. */
const currentSamples = 5

export function summaries(
  { series }: OverviewPanel,
  panelAt: number,
  samples: readonly OverviewSample[],
): SeriesSummary[] {
  return series.map((label, at) => {
    const values = samples.map(({ values }) => values[panelAt]?.[at] ?? null)
    const known = values.filter(value => value !== null)
    return {
      at,
      label,
      latest: known.at(-1) ?? null,
      isCurrent: values.slice(-currentSamples).some(value => value !== null),
      min: known.length > 0 ? Math.min(...known) : null,
      max: known.length > 0 ? Math.max(...known) : null,
    }
  })
}

/** What is current first, what was never observed last; the worst first: what is high, or low where that is bad. */
export function worstFirst(panel: OverviewPanel, all: readonly SeriesSummary[]): SeriesSummary[] {
  const sign = lowIsBad(panel) ? 1 : -1
  return [...all].sort((a, b) => {
    if (a.isCurrent !== b.isCurrent) return Number(b.isCurrent) - Number(a.isCurrent)
    if (a.latest === null || b.latest === null) return Number(a.latest === null) - Number(b.latest === null)
    return sign * (a.latest - b.latest)
  })
}
