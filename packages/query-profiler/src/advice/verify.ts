import { normaliseSql } from '../fingerprint/normalise-sql.js'
import { ProfilerError } from '../profiler-error.js'
import type { Advice, AdviceOptions, IndexAdvice, QueryEffect, Workload } from './advice.js'
import { type AdvisedDatabase, requireCopy } from './advised-database.js'
import { type BuiltChange, buildChange } from './built-index.js'
import { type Change, changeOf } from './compare-times.js'
import type { DatabaseSession } from './database-session.js'
import { type IndexChange, indexChange } from './index-change.js'
import { readCatalog } from './read-catalog.js'
import { type RunnableQuery, runnableQuery, stateOf } from './runnable-query.js'
import { inRolledBack } from './scratch-transaction.js'
import { namingContext, readServerFacts } from './server-facts.js'
import { mediansOf, type TimingLimits, timeTwoWays } from './time-two-ways.js'

export interface VerifyOptions extends Pick<AdviceOptions, 'onProgress' | 'signal'> {
  /** What `readAdvisedDatabase` read of the database that the advice is for. */
  readonly advised: AdvisedDatabase
  /** Milliseconds from which an execution is given up and counts as having taken so long. Default 60,000. */
  readonly statementTimeoutMs?: number
}

/** Of a query, by measuring. */
interface Measured {
  readonly query: RunnableQuery
  readonly change: Change
  readonly beforeMs: number
  readonly afterMs: number
}

interface Trial {
  readonly advice: IndexAdvice
  readonly change: IndexChange
}

/**
 * Builds the advised indexes on a copy of the database and measures what they do to the queries of the workload: each alone,
 * then all together. What did not make one of its queries faster beyond noise, or made any query over a tenth slower, is
 * left out of the advice that is returned; `notes` say so. Only SELECTs are run (of a statement that writes, the SELECT of
 * its WHERE), in read-only transactions; placeholders get typical values of the copy. All is done in transactions that are
 * rolled back: the copy stays as it was, whatever happens. A signal takes effect between two statements.
 * @param scratch a connection of its own to a copy that nobody else uses meanwhile
 * @throws ProfilerError SCRATCH_DATABASE_UNSUITABLE, DATABASE_UNREADABLE; the reason of the signal
 */
export async function verifyAdvice(
  advice: Advice,
  workload: Workload,
  scratch: DatabaseSession,
  options: VerifyOptions,
): Promise<Advice> {
  await requireCopy(scratch, options.advised, new Set(advice.indexes.map(({ table }) => table)))
  try {
    return await new Verification(advice, workload, scratch, options).run()
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof ProfilerError) throw error
    throw new ProfilerError('DATABASE_UNREADABLE', 'The scratch database stopped answering', {
      field: 'scratch',
      remedy: 'See the log of its server; nothing was left in it',
    })
  }
}

class Verification {
  /** Each once, though a query is tried with several indexes. */
  readonly #notes = new Set<string>()
  readonly #limits: TimingLimits
  #done = 0

  constructor(
    private readonly advice: Advice,
    private readonly workload: Workload,
    private readonly scratch: DatabaseSession,
    private readonly options: VerifyOptions,
  ) {
    this.#limits = { statementTimeoutMs: options.statementTimeoutMs ?? 60_000, signal: options.signal }
  }

  async run(): Promise<Advice> {
    const queries = await this.#runnable()
    const verified = new Map<IndexAdvice, IndexAdvice | undefined>()
    const trials: Trial[] = []
    for (const index of this.advice.indexes) {
      const change = indexChange(index.ddl)
      if (change) trials.push({ advice: index, change })
      else this.#notes.add(`Not tried on the copy: ${index.ddl}`)
    }
    for (const trial of trials) {
      this.#progress(trials.length + 1, `trying ${trial.change.kind} of an index on ${trial.advice.table}`)
      verified.set(trial.advice, await this.#alone(trial, queries))
    }
    this.#progress(trials.length + 1, 'trying all together')
    const kept = trials.filter(({ advice }) => verified.get(advice) !== undefined)
    for (const { advice } of await this.#harmfulTogether(kept, queries)) verified.set(advice, undefined)
    return {
      ...this.advice,
      indexes: this.advice.indexes.flatMap(index =>
        verified.has(index) ? (verified.get(index) ?? []) : index,
      ),
      notes: [...this.advice.notes, ...this.#notes],
    }
  }

  async #runnable(): Promise<RunnableQuery[]> {
    const naming = namingContext(await readServerFacts(this.scratch), await readCatalog(this.scratch))
    const found: RunnableQuery[] = []
    for (const query of this.workload.queries) {
      this.#limits.signal?.throwIfAborted()
      const runnable = await runnableQuery(this.scratch, query, naming)
      if ('reason' in runnable)
        this.#notes.add(`Not run on the copy: ${beginning(query.sql)} (${runnable.reason})`)
      else found.push(runnable)
    }
    return found
  }

  /** @returns undefined where it is not to be advised any more */
  async #alone(
    { advice, change }: Trial,
    queries: readonly RunnableQuery[],
  ): Promise<IndexAdvice | undefined> {
    const own = queries.filter(({ tables }) => tables.has(advice.table))
    return inRolledBack(this.scratch, async () => {
      const built = await this.#built(change)
      if (typeof built === 'string') {
        this.#notes.add(`${built}: ${advice.ddl}`)
        return advice
      }
      const measured = await this.#measured(own, built)
      const slower = measured.filter(one => one.change === 'slower')
      const faster = measured.filter(one => one.change === 'faster')
      for (const one of slower) this.#notes.add(`Left out, since ${described(one)}: ${advice.ddl}`)
      if (slower.length > 0) return undefined
      if (change.kind === 'create' && faster.length === 0) {
        const hoped = advice.helped.filter(({ fingerprint }) =>
          own.some(({ of }) => of.fingerprint === fingerprint),
        )
        if (hoped.length > 0) {
          this.#notes.add(`Left out, since none of its queries was faster beyond noise: ${advice.ddl}`)
          return undefined
        }
        this.#notes.add(`Not measured, since none of its queries could be run: ${advice.ddl}`)
        return advice
      }
      const withTimes = (effects: readonly QueryEffect[]) => effects.map(effect => timed(effect, measured))
      return {
        ...advice,
        helped: withTimes(advice.helped),
        harmed: withTimes(advice.harmed),
        ...(built.bytes !== undefined && { bytes: { low: built.bytes, high: built.bytes } }),
        confidence: 'measured',
        confidenceReason: `Tried on a copy: of ${own.length} queries on its table, ${faster.length} faster, none over a tenth slower.`,
      }
    })
  }

  /** Those without which no query is slower, when all others are there. */
  async #harmfulTogether(trials: readonly Trial[], queries: readonly RunnableQuery[]): Promise<Trial[]> {
    const left: Trial[] = []
    if (trials.length === 0) return left
    return inRolledBack(this.scratch, async () => {
      const built = new Map<Trial, BuiltChange>()
      for (const trial of trials) {
        const made = await this.#built(trial.change)
        if (typeof made !== 'string') built.set(trial, made)
      }
      for (;;) {
        const measured = await this.#measured(queries, together(built, left))
        const slower = measured.find(one => one.change === 'slower')
        const candidates = [...built.keys()].filter(
          trial => !left.includes(trial) && slower?.query.tables.has(trial.advice.table),
        )
        const worst = slower && candidates.at(-1)
        if (!slower || !worst) {
          this.#sayTotals(measured)
          return left
        }
        left.push(worst)
        this.#notes.add(`Left out, since with all others ${described(slower)}: ${worst.advice.ddl}`)
      }
    })
  }

  /** @returns why not, for a person */
  async #built(change: IndexChange): Promise<BuiltChange | string> {
    this.#limits.signal?.throwIfAborted()
    await this.scratch.query('savepoint voiceassist_build')
    try {
      return (await buildChange(this.scratch, change)) ?? 'Not tried, since the copy has such an index'
    } catch (error) {
      const state = stateOf(error)
      await this.scratch.query('rollback to voiceassist_build')
      return `Not tried, since the copy refused it (${state})`
    }
  }

  async #measured(queries: readonly RunnableQuery[], ways: BuiltChange): Promise<Measured[]> {
    const measured: Measured[] = []
    for (const query of queries) {
      this.#limits.signal?.throwIfAborted()
      try {
        const times = await timeTwoWays(this.scratch, query, ways, this.#limits)
        if (times) measured.push({ query, change: changeOf(times), ...mediansOf(times) })
      } catch (error) {
        if (this.#limits.signal?.aborted) throw error
        this.#notes.add(`Failed on the copy (${stateOf(error)}): ${beginning(query.of.sql)}`)
      }
    }
    return measured
  }

  #sayTotals(measured: readonly Measured[]) {
    const sum = (msOf: (one: Measured) => number) =>
      measured.reduce((total, one) => total + one.query.of.calls * msOf(one), 0)
    if (measured.length > 0)
      this.#notes.add(
        `Measured on the copy with all that is advised: ${measured.length} queries whose plans change take ` +
          `${Math.round(sum(one => one.beforeMs))} ms before and ${Math.round(sum(one => one.afterMs))} ms after, by their calls.`,
      )
  }

  #progress(total: number, what: string) {
    this.#limits.signal?.throwIfAborted()
    this.options.onProgress?.(++this.#done, total, what)
  }
}

function together(built: ReadonlyMap<Trial, BuiltChange>, left: readonly Trial[]): BuiltChange {
  const changes = [...built]
  const isLeft = (trial: Trial) => left.includes(trial)
  return {
    before: changes.flatMap(([, change]) => change.before),
    // What is left out is as it was before.
    after: changes.flatMap(([trial, change]) => (isLeft(trial) ? change.before : change.after)),
    bytes: undefined,
  }
}

function timed(effect: QueryEffect, measured: readonly Measured[]): QueryEffect {
  const found = measured.find(({ query }) => query.of.fingerprint === effect.fingerprint)
  return found ? { ...effect, measured: { beforeMs: found.beforeMs, afterMs: found.afterMs } } : effect
}

function described({ query, beforeMs, afterMs }: Measured): string {
  return `a query took ${afterMs.toFixed(2)} instead of ${beforeMs.toFixed(2)} ms (${beginning(query.of.sql)})`
}

/** Enough to tell a query by. */
function beginning(sql: string): string {
  const shown = normaliseSql(sql)
  return shown.length > 120 ? `${shown.slice(0, 120)}…` : shown
}
