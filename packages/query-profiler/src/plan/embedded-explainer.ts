import type { ExplainConnection } from './explain-connection.js'
import { passGate } from './explain-gate.js'
import { explainInTransaction, refusalOf } from './explain-in-transaction.js'
import type { Explainer, ExplainRequest, ExplainResult } from './explainer.js'

export interface EmbeddedExplainerOptions {
  /**
   * The application's only connection, for the time of a statement; undefined while anybody has it or waits for it.
   * Its queries must not be profiled.
   */
  readonly borrow: () => Promise<BorrowedConnection | undefined>
  readonly searchPath?: string
}

export interface BorrowedConnection extends ExplainConnection {
  release(): void
}

const settings = ['set local standard_conforming_strings = on']

/**
 * For PGlite, and any pool of one connection. There is no other connection and PGlite keeps no time-out, so that it
 * does less than a `ServerExplainer`: it borrows the application's connection while that is free, never runs a
 * statement, and refuses each that calls a stable or immutable function of this database's own, which the planner may
 * run. While it plans (about a millisecond) the application waits.
 */
export class EmbeddedExplainer implements Explainer {
  readonly #options: EmbeddedExplainerOptions
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: EmbeddedExplainerOptions) {
    this.#options = options
  }

  explain(request: ExplainRequest): Promise<ExplainResult> {
    const turn = this.#turn.then(() => this.#explain(request))
    this.#turn = turn
    return turn
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#turn
  }

  async #explain({ sql, values, analyze = false }: ExplainRequest): Promise<ExplainResult> {
    if (this.#isClosed) return { skipped: 'failed', reason: 'The explainer is closed' }
    const pass = passGate(sql)
    if ('skipped' in pass) return pass
    const { borrow, searchPath } = this.#options
    try {
      const connection = await borrow()
      if (!connection) return { skipped: 'busy', reason: 'The only connection is in use' }
      try {
        const terms = { settings, searchPath, rule: 'plan without time-out', mayPrepare: false } as const
        const result = await explainInTransaction(connection, { pass, values, analyze: false }, terms)
        const notRun = analyze ? { notRun: 'Nothing is run on the only connection' } : {}
        return 'skipped' in result ? result : { ...result, ...notRun }
      } finally {
        connection.release()
      }
    } catch (error) {
      return refusalOf(error, pass.parameters) ?? { skipped: 'failed', reason: 'The connection was lost' }
    }
  }
}
