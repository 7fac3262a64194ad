import type { Clock } from '@voiceassist/kernel'

/**
 * What `run` resolves to, for at most `ms` milliseconds and until `closed`; its signal is aborted at the end of either.
 * A `run` that does not heed the signal is left to itself.
 */
export async function withDeadline<Result>(
  clock: Clock,
  ms: number,
  closed: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  closed.throwIfAborted()
  const over = new AbortController()
  const end = () => over.abort(closed.reason)
  closed.addEventListener('abort', end)
  const expired = clock.sleep(ms, over.signal).then(() => {
    throw new Error(`No answer within ${ms} ms`)
  })
  try {
    const asked = (async () => run(over.signal))()
    return await Promise.race([asked, expired])
  } finally {
    closed.removeEventListener('abort', end)
    over.abort(null)
  }
}
