import type { ProfilerLogger } from './profiler-options.js'

/**
 * What the application's logger throws stays out of its queries and requests. The first error is told as a warning of
 * the process, by its name alone.
 */
export function guardedLogger(logger: ProfilerLogger): ProfilerLogger {
  let hasWarned = false
  return {
    warn(fields, message) {
      try {
        logger.warn(fields, message)
      } catch (error) {
        if (hasWarned) return
        hasWarned = true
        const name = error instanceof Error ? error.name : typeof error
        process.emitWarning(`The logger of the query profiler failed (${name})`, {
          type: 'QueryProfilerWarning',
        })
      }
    },
  }
}
