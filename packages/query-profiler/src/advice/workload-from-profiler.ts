import type { QueryReport } from '../report/profiler-report.js'
import type { Workload } from './advice.js'

/** @param days that the reports are from */
export function workloadFromProfiler(reports: readonly QueryReport[], days: number): Workload {
  return {
    source: 'profiler',
    days,
    queries: reports.map(({ fingerprint, sql, calls, serverMs }) => ({
      fingerprint,
      sql,
      calls,
      meanMs: calls > 0 ? serverMs / calls : null,
    })),
    skipped: [],
  }
}
