import type { Clock } from '@voiceassist/kernel'
import type { ExplainConnection } from './explain-connection.js'
import { type GatePass, passGate } from './explain-gate.js'
import { explainInTransaction, refusalOf } from './explain-in-transaction.js'
import type { Explainer, ExplainRequest, ExplainResult } from './explainer.js'

/** A connected client of `pg`, of nobody else. */
export interface OwnConnection extends ExplainConnection {
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}

export interface ServerExplainerOptions {
  /** Opens a connection of its own, past the profiled pool, with the settings that the application's have. */
  readonly connect: () => Promise<OwnConnection>
  readonly clock: Clock
  /** The application's, where it sets one itself. Default: that of the connection. */
  readonly searchPath?: string
  /** Milliseconds that a statement may run. Default 2,000. */
  readonly statementTimeoutMs?: number
}

/** Beyond the time-out of a statement, milliseconds until the connection is given up. */
const graceMs = 3000
const cancelMs = 5000
const idleMs = 10_000

/** The server gives up by itself, whatever becomes of this process. The gate reads strings as the standard has them. */
const settings = [
  "set local lock_timeout = '100ms'",
  "set local idle_in_transaction_session_timeout = '5s'",
  'set local standard_conforming_strings = on',
  "set local application_name = 'voiceassist-profiler'",
]

interface Session {
  readonly connection: OwnConnection
  readonly backend: number
}

/** A connection that is being made; when it comes too late, nobody waits for it. */
interface Opening {
  isAbandoned: boolean
}

/**
 * Explains over one connection that is opened when it is needed, closed when it was idle for 10 s, and left after each
 * statement as it was opened. One statement at a time, each cancelled 3 s after its time-out at the latest.
 */
export class ServerExplainer implements Explainer {
  readonly #options: ServerExplainerOptions
  #session: Session | undefined
  #opening: Opening | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #idle = new AbortController()
  #isClosed = false

  constructor(options: ServerExplainerOptions) {
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
    this.#idle.abort()
    this.#drop()
  }

  async #explain({ sql, values, analyze = false }: ExplainRequest): Promise<ExplainResult> {
    if (this.#isClosed) return { skipped: 'failed', reason: 'The explainer is closed' }
    const pass = passGate(sql)
    if ('skipped' in pass) return pass
    this.#idle.abort()
    const result = await this.#attempt(pass, values, analyze)
    const hasRunTooLong = analyze && 'skipped' in result && result.skipped === 'failed'
    const answer = hasRunTooLong ? await this.#onlyPlanned(pass, values, result.reason) : result
    this.#closeWhenIdle()
    return answer
  }

  /** What takes too long to be run is what one most wants the plan of. */
  async #onlyPlanned(pass: GatePass, values: ExplainRequest['values'], why: string): Promise<ExplainResult> {
    const result = await this.#attempt(pass, values, false)
    return 'skipped' in result ? result : { ...result, notRun: why }
  }

  async #attempt(pass: GatePass, values: ExplainRequest['values'], analyze: boolean): Promise<ExplainResult> {
    const { clock, searchPath, statementTimeoutMs = 2000 } = this.#options
    const deadlineMs = statementTimeoutMs + graceMs
    const inTime = new AbortController()
    const late = clock.sleep(deadlineMs, inTime.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    )
    const run = async (): Promise<ExplainResult> => {
      const connection = await this.#open()
      try {
        const limited = [...settings, `set local statement_timeout = ${statementTimeoutMs}`]
        const terms = { settings: limited, searchPath, rule: 'plan', mayPrepare: true } as const
        return await explainInTransaction(connection, { pass, values, analyze }, terms)
      } finally {
        // What a transaction does not take back. Settings that `connect` made are to stay.
        await connection.query({ text: 'deallocate all' })
        await connection.query({ text: 'select pg_advisory_unlock_all()' })
      }
    }
    const running = run().catch((error: unknown): ExplainResult => {
      const refusal = refusalOf(error, pass.parameters)
      if (!refusal) this.#drop()
      return refusal ?? { skipped: 'failed', reason: 'There is no connection to the server, or it was lost' }
    })
    const first = await Promise.race([running, late])
    inTime.abort()
    if (first !== 'late') return first
    await this.#cancel()
    return { skipped: 'failed', reason: `The server did not answer within ${deadlineMs / 1000} s` }
  }

  async #open(): Promise<OwnConnection> {
    if (this.#session) return this.#session.connection
    const opening: Opening = { isAbandoned: false }
    this.#opening = opening
    const connection = await this.#options.connect()
    connection.on('error', () => this.#drop(connection))
    const { rows } = await connection.query({ text: 'select pg_backend_pid() as backend' })
    if (opening.isAbandoned) {
      await connection.end()
      throw new Error('Too late')
    }
    this.#session = { connection, backend: Number(rows[0]?.backend) }
    return connection
  }

  /** The server is told to stop, by another connection; then this one is left for good. */
  async #cancel(): Promise<void> {
    if (this.#opening) this.#opening.isAbandoned = true
    const session = this.#session
    this.#drop()
    if (!session) return
    const given = new AbortController()
    const cancelled = cancelBackend(this.#options.connect, session.backend)
    await Promise.race([cancelled, this.#options.clock.sleep(cancelMs, given.signal).catch(() => {})])
    given.abort()
  }

  #drop(connection = this.#session?.connection): void {
    if (connection === this.#session?.connection) this.#session = undefined
    connection?.end().catch(() => {})
  }

  #closeWhenIdle(): void {
    this.#idle = new AbortController()
    this.#options.clock.sleep(idleMs, this.#idle.signal).then(
      () => this.#drop(),
      () => {},
    )
  }
}

async function cancelBackend(connect: () => Promise<OwnConnection>, backend: number): Promise<void> {
  try {
    const connection = await connect()
    connection.on('error', () => {})
    try {
      await connection.query({ text: 'select pg_cancel_backend($1)', values: [backend] })
    } finally {
      await connection.end()
    }
  } catch {
    // Its own time-out ends it.
  }
}
