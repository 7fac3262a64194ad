import type { Clock } from '@voiceassist/kernel'
import type { CatalogFacts } from './advice/catalog-facts.js'
import { readCatalog } from './advice/read-catalog.js'
import type { ProfilerSettings } from './check-profiler-options.js'
import type { Statement } from './fingerprint/statement.js'
import type { OwnAccess } from './own-access.js'
import { AutoExplain, type ExplainOffer, type ExplainReason } from './plan/auto-explain.js'
import type { Explainer } from './plan/explainer.js'
import type { Plan } from './plan/plan.js'
import type { PlanHistory } from './plan/plan-history.js'
import { LatencyModel } from './predict/latency-model.js'
import { planFeatures } from './predict/plan-features.js'
import type { Prediction } from './predict/prediction.js'
import { checkPlan } from './rules/check-plan.js'
import type { Finding } from './rules/rule.js'

export interface PlanFindingsOptions {
  readonly settings: ProfilerSettings
  readonly clock: Clock
  readonly history: PlanHistory
  readonly access: OwnAccess
}

const catalogMs = 600_000
const maxStatements = 500
const noCatalog: CatalogFacts = { tables: new Map() }

/** Has plans looked at when they are worth it, and keeps what the rules find in them. */
export class PlanFindings {
  readonly #options: PlanFindingsOptions
  readonly #explainer: Explainer | undefined
  readonly #auto: AutoExplain | undefined
  /** By fingerprint, latest last; of its latest plan. */
  readonly #findings = new Map<string, readonly Finding[]>()
  #catalog: { readonly facts: CatalogFacts; readonly readAtMs: number } | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(options: PlanFindingsOptions) {
    this.#options = options
    const { access, settings, clock } = options
    this.#explainer = access.explainer
    this.#auto =
      access.explainer &&
      new AutoExplain({
        explainer: access.explainer,
        clock,
        analyze: settings.explain === 'analyze',
        isBusy: access.isBusy,
        found: (statement, plan, generic) => this.#found(statement, plan, generic),
      })
  }

  offer(offer: ExplainOffer, why: ExplainReason): void {
    this.#auto?.offer(offer, why)
  }

  /** Largest share of a statement's time first. */
  findings(): readonly Finding[] {
    return [...this.#findings.values()].flat().sort((a, b) => b.share - a.share)
  }

  /** Of a statement that has not run, from its plan. */
  async predict(sql: string, slowMs: number): Promise<Prediction> {
    const result = await this.#explainer?.explain({ sql })
    if (!result)
      return { from: 'nothing', reason: 'It has not run, and there is no connection to ask for its plan' }
    if ('skipped' in result)
      return { from: 'nothing', reason: `It has not run, and has no plan: ${result.reason}` }
    const model = new LatencyModel()
    for (const { fingerprint, planHash, plan, medianMs } of this.#options.history.records())
      if (medianMs !== null) model.learn(fingerprint, planHash, planFeatures(plan), medianMs)
    return model.predict(planFeatures(result.plan), slowMs)
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#auto?.close()
    await this.#reading
    await this.#explainer?.close()
  }

  #found(statement: Statement, plan: Plan, generic: boolean): void {
    this.#options.history.found(statement, plan, generic)
    this.#reading = this.#reading.then(() => this.#check(statement, plan))
  }

  async #check({ fingerprint, sql }: Statement, plan: Plan): Promise<void> {
    const catalog = await this.#catalogNow()
    this.#findings.delete(fingerprint)
    this.#findings.set(fingerprint, checkPlan({ plan, sql, catalog }, { fingerprint, sql }))
    if (this.#findings.size > maxStatements)
      this.#findings.delete(this.#findings.keys().next().value as string)
  }

  /** The rules do without it where it cannot be read. */
  async #catalogNow(): Promise<CatalogFacts> {
    const { clock, access } = this.#options
    if (this.#catalog && clock.monotonic() - this.#catalog.readAtMs < catalogMs) return this.#catalog.facts
    let facts = this.#catalog?.facts ?? noCatalog
    try {
      const session = await access.openSession()
      try {
        facts = await readCatalog(session)
      } finally {
        await session.close()
      }
    } catch {
      // Asked again when it is due.
    }
    this.#catalog = { facts, readAtMs: clock.monotonic() }
    return facts
  }
}
