export interface Patience {
  /** Why no further attempt can work; undefined while one may. */
  readonly failed?: () => string | undefined
  /** @default 60000 */
  readonly deadlineMs?: number
}

/** Tries again, 50 times a second, until it works. @throws the reason of `failed`, or the last error after the deadline. */
export async function patiently<T>(attempt: () => Promise<T>, patience: Patience = {}): Promise<T> {
  const { failed, deadlineMs = 60_000 } = patience
  const end = performance.now() + deadlineMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const reason = failed?.()
      if (reason !== undefined) throw new Error(reason, { cause: error })
      if (performance.now() > end) throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}
