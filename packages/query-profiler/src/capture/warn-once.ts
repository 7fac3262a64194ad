/**
 * For what fails in the profiler, and must not fail for the application. The first error is told as a warning of the
 * process, by its name alone, since its text may hold a value.
 */
export class WarnOnce {
  #hasWarned = false

  warn(error: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const name = error instanceof Error ? error.name : typeof error
    process.emitWarning(`The query profiler failed (${name}); queries go on without it`, {
      type: 'QueryProfilerWarning',
    })
  }
}
