import type { Clock } from '@voiceassist/kernel'
import type { Statement } from '../fingerprint/statement.js'
import { publish } from '../profiler-events.js'
import type { Plan, PlanRecord } from './plan.js'
import { planHash } from './plan-hash.js'
import { RecentDurations } from './recent-durations.js'

/** A statement got another plan. */
export interface PlanChange {
  readonly before: PlanRecord
  readonly after: PlanRecord
  /** The median is at least 1.2 times what it was before. */
  readonly slower: boolean
}

export interface PlanHistoryLimits {
  readonly statements: number
  /** Of a statement. */
  readonly plans: number
  readonly changes: number
  /** Characters of all plans as JSON. */
  readonly planSize: number
}

const defaults: PlanHistoryLimits = { statements: 1000, plans: 4, changes: 100, planSize: 16_000_000 }
/** Executions from which the plan of a statement is worth knowing, so that a later one can be compared with it. */
const often = 32
/** Executions between two looks at the durations; a power of two. */
const every = 16
const staleMs = 3_600_000
const askAgainMs = 60_000
const slowerBy = 1.2

interface KnownPlan {
  readonly hash: string
  readonly firstSeenMs: number
  lastSeenMs: number
  plan: Plan
  size: number
  generic: boolean
  /** Of the last time that it was in use, when it no longer is. */
  medianMs: number | null
}

interface History {
  readonly fingerprint: string
  readonly sql: string
  /** The current one first. */
  plans: KnownPlan[]
  /** Under the current plan; before there is one, it is taken for what the first will be. */
  durations: RecentDurations
  /** Since it was last passed over when room was made. */
  wasUsed: boolean
  /** When its plan was last looked at, and when that may be asked for again. */
  seenMs: number
  mayAskMs: number
  /** What the current plan came after, until it has run three times. */
  untold: PlanRecord | undefined
}

/** The last few plans of each statement, and how long it took under each. Bounded. */
export class PlanHistory {
  readonly #clock: Clock
  readonly #limits: PlanHistoryLimits
  readonly #statements = new Map<string, History>()
  readonly #changes: PlanChange[] = []
  #planSize = 0

  constructor(clock: Clock, limits: Partial<PlanHistoryLimits> = {}) {
    this.#clock = clock
    this.#limits = { ...defaults, ...limits }
  }

  /**
   * A `SELECT` ended. True: its plan is worth looking at, since it is not known and the statement runs often, or was
   * not looked at for an hour, or the statement began to take another time.
   */
  executed({ fingerprint, sql, type }: Statement, durationMs: number): boolean {
    if (type !== 'select') return false
    const history = this.#historyOf(fingerprint, sql)
    history.wasUsed = true
    const { durations } = history
    durations.add(durationMs)
    if (history.untold) this.#tell(history)
    if (durations.count % every !== 0) return false
    const now = this.#clock.monotonic()
    if (now < history.mayAskMs) return false
    const isWorthIt = history.plans.length === 0 ? durations.count >= often : this.#isDoubtful(history, now)
    if (isWorthIt) history.mayAskMs = now + askAgainMs
    return isWorthIt
  }

  /** A plan was found for a statement. */
  found({ fingerprint, sql }: Pick<Statement, 'fingerprint' | 'sql'>, plan: Plan, generic: boolean): void {
    const history = this.#historyOf(fingerprint, sql)
    history.seenMs = this.#clock.monotonic()
    const hash = planHash(plan)
    const [current] = history.plans
    if (!current) this.#use(history, hash, plan, generic)
    else {
      const since = history.durations.takeSinceChange()
      const isSame = current.hash === hash
      if (!isSame) current.medianMs = history.durations.median()
      const before = this.#recordOf(history, current)
      // The same plan at another pace: that is its pace now.
      if (!isSame || since.count > 0) history.durations = since
      this.#use(history, hash, plan, generic)
      // A plan for any values is no change of one for some.
      if (!isSame) history.untold = before.generic === generic ? before : undefined
    }
    if (history.untold) this.#tell(history)
    this.#makeRoom(history)
  }

  /** Newest first. */
  records(): readonly PlanRecord[] {
    const records = [...this.#statements.values()].flatMap(history =>
      history.plans.map(plan => ({ lastSeenMs: plan.lastSeenMs, record: this.#recordOf(history, plan) })),
    )
    return records.sort((a, b) => b.lastSeenMs - a.lastSeenMs).map(({ record }) => record)
  }

  /** Newest first. */
  changes(): readonly PlanChange[] {
    return [...this.#changes]
  }

  #use(history: History, hash: string, plan: Plan, generic: boolean): void {
    const now = this.#clock.now()
    const size = JSON.stringify(plan).length
    const known = history.plans.find(one => one.hash === hash)
    this.#planSize += size - (known?.size ?? 0)
    const used = {
      hash,
      firstSeenMs: known?.firstSeenMs ?? now,
      lastSeenMs: now,
      plan,
      size,
      generic,
      medianMs: null,
    }
    history.plans = [used, ...history.plans.filter(one => one !== known)]
    for (const { size: old } of history.plans.splice(this.#limits.plans)) this.#planSize -= old
  }

  #tell(history: History): void {
    const [current] = history.plans
    const before = history.untold
    if (!current || !before || history.durations.median() === null) return
    history.untold = undefined
    const after = this.#recordOf(history, current)
    const slower =
      before.medianMs !== null && after.medianMs !== null && after.medianMs >= slowerBy * before.medianMs
    this.#changes.unshift({ before, after, slower })
    this.#changes.length = Math.min(this.#changes.length, this.#limits.changes)
    publish({ kind: 'plan-changed', before, after, slower })
  }

  #recordOf({ fingerprint, sql, plans, durations }: History, known: KnownPlan): PlanRecord {
    const isCurrent = known === plans[0]
    return {
      fingerprint,
      sql,
      planHash: known.hash,
      plan: known.plan,
      firstSeenAt: new Date(known.firstSeenMs).toISOString(),
      lastSeenAt: new Date(known.lastSeenMs).toISOString(),
      generic: known.generic,
      medianMs: known.medianMs ?? (isCurrent ? durations.median() : null),
    }
  }

  #isDoubtful(history: History, now: number): boolean {
    return now - history.seenMs >= staleMs || history.durations.hasMoved()
  }

  #historyOf(fingerprint: string, sql: string): History {
    const known = this.#statements.get(fingerprint)
    if (known) return known
    if (this.#statements.size >= this.#limits.statements) this.#forget()
    const times = { seenMs: this.#clock.monotonic(), mayAskMs: 0 }
    const durations = new RecentDurations()
    const history = { fingerprint, sql, plans: [], durations, wasUsed: false, ...times, untold: undefined }
    this.#statements.set(fingerprint, history)
    return history
  }

  #makeRoom(kept: History): void {
    while (this.#planSize > this.#limits.planSize && this.#statements.size > 1) this.#forget(kept)
  }

  /** The oldest that was not used since it was last passed over (the clock algorithm). */
  #forget(kept?: History): void {
    for (const history of this.#statements.values()) {
      this.#statements.delete(history.fingerprint)
      if (history.wasUsed || history === kept) {
        history.wasUsed = false
        this.#statements.set(history.fingerprint, history)
      } else {
        for (const { size } of history.plans) this.#planSize -= size
        return
      }
    }
  }
}
