import { median, type TwoWays } from './compare-times.js'
import type { DatabaseSession } from './database-session.js'
import type { RunnableQuery } from './runnable-query.js'
import { inReadOnlySavepoint, inSavepoint } from './scratch-transaction.js'

/** Statements that make the one state of the indexes of the other; run in a savepoint. */
export interface Ways {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface TimingLimits {
  /** Milliseconds; a query that runs into it counts as having taken it. */
  readonly statementTimeoutMs: number
  readonly signal: AbortSignal | undefined
}

const fewestRounds = 5
const mostRounds = 15
/** Milliseconds that a query is given for its rounds, where the fewest take less. */
const enoughMs = 2000

/**
 * Times a query with the indexes as they were and as they would be, in turns, after one execution of each that is not
 * counted: planning and execution, by the server's clock, without what its rows take to be sent.
 * @returns undefined where both plans are the same for all values; else the mean over the values, of each round
 */
export async function timeTwoWays(
  scratch: DatabaseSession,
  query: RunnableQuery,
  ways: Ways,
  limits: TimingLimits,
): Promise<TwoWays | undefined> {
  const differing: (readonly unknown[])[] = []
  for (const values of query.values)
    if ((await planOf(ways.before, values)) !== (await planOf(ways.after, values))) differing.push(values)
  if (differing.length === 0) return undefined

  const first = { before: await meanOf(ways.before), after: await meanOf(ways.after) }
  const rounds = Math.min(
    Math.max(Math.floor(enoughMs / ((first.before + first.after) * differing.length)), fewestRounds),
    mostRounds,
  )
  const isHopeless = (ms: number) => ms >= limits.statementTimeoutMs
  const times = { beforeMs: [] as number[], afterMs: [] as number[] }
  for (let round = 0; round < rounds; round++)
    for (const way of round % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const))
      times[`${way}Ms`].push(isHopeless(first[way]) ? first[way] : await meanOf(ways[way]))
  return times

  async function planOf(changes: readonly string[], values: readonly unknown[]): Promise<string> {
    const rows = await within(changes, `explain (costs off, format json) ${query.sql}`, values)
    return JSON.stringify(rows)
  }

  /** Where one of the values takes too long, all have. */
  async function meanOf(changes: readonly string[]): Promise<number> {
    let sum = 0
    for (const values of differing) {
      limits.signal?.throwIfAborted()
      try {
        const rows = await within(
          changes,
          `explain (analyze, timing off, format json) ${query.sql}`,
          values,
          limits.statementTimeoutMs,
        )
        const answer = Object.values(rows[0] ?? {})[0]
        const [timed] = typeof answer === 'string' ? JSON.parse(answer) : answer
        sum += timed['Planning Time'] + timed['Execution Time']
      } catch (error) {
        if ((error as { code?: unknown }).code === '57014') return limits.statementTimeoutMs
        throw error
      }
    }
    return Math.min(sum / differing.length, limits.statementTimeoutMs)
  }

  function within(changes: readonly string[], sql: string, values: readonly unknown[], timeoutMs = 0) {
    return inSavepoint(scratch, async () => {
      for (const change of changes) await scratch.query(change)
      return inReadOnlySavepoint(scratch, async () => {
        await scratch.query(`set local statement_timeout = ${Math.ceil(timeoutMs)}`)
        return (await scratch.query(sql, values)).rows
      })
    })
  }
}

export function mediansOf({ beforeMs, afterMs }: TwoWays) {
  return { beforeMs: median(beforeMs), afterMs: median(afterMs) }
}
