import type { panels } from './metric.js'

export interface PanelLimits {
  readonly warnAt: number
  readonly badAt: number
}

/** From which value on a panel warns; where `badAt` is the lower, it is low values that are bad. */
export const panelLimits = {
  queryTimes: { warnAt: 0.5, badAt: 1 },
  hitRates: { warnAt: 80, badAt: 50 },
  poolUtilization: { warnAt: 70, badAt: 90 },
  slowQueries: { warnAt: 10, badAt: 100 },
  slowestEndpoints: { warnAt: 0.5, badAt: 1 },
  cacheLatency: { warnAt: 0.05, badAt: 0.1 },
  nPlusOne: { warnAt: 1, badAt: 10 },
} as const satisfies Partial<Record<keyof typeof panels, PanelLimits>>
