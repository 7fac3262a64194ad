import { performanceDashboard } from './performance-dashboard.js'

export const dashboardFile = new URL('../performance-metrics.json', import.meta.url)

/** What lies in `dashboardFile`. */
export function dashboardText(): string {
  return `${JSON.stringify(performanceDashboard(), undefined, 2)}\n`
}
