import { AsyncLocalStorage } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'
import { runInThisContext } from 'node:vm'
import { type ClientBase, Pool as PgPool, type Pool } from 'pg'
import type { QueryRecord } from '#src/capture/query-record'
import type { RequestInfo, RequestScope } from '#src/capture/request-scope'
import type { Statement } from '#src/fingerprint/statement'
import type { NPlusOneDetector } from '#src/n-plus-one/n-plus-one-detector'
import { StatementStub } from './statement-stub.js'

type Ask = (...args: unknown[]) => unknown

type Callback = (error: { code?: string } | undefined, result: { rowCount?: number } | undefined) => void

interface Asked {
  readonly request: RequestScope
  readonly statement: Statement
  readonly text: string
  readonly values: unknown[] | undefined
  readonly calledAtMs: number
}

interface Watch {
  readonly detector: NPlusOneDetector
  read(args: unknown[]): Asked | undefined
  ask(asked: Asked, stack: Error | undefined, original: Ask, args: unknown[]): unknown
}

/** So that frames of this harness are taken for the profiler's own. */
const own = fileURLToPath(new URL('../../dist/harness.js', import.meta.url))
const inOwnFile = (code: string) => runInThisContext(code, { filename: own })
const watchWith = inOwnFile(`(({ detector, read, ask }) => original => function (...args) {
  const asked = read(args)
  if (!asked) return original.apply(this, args)
  const { request, statement, text, values, calledAtMs } = asked
  const stack = detector.called(request, statement, text, values, calledAtMs)
  return ask(asked, stack, original.bind(this), args)
})`) as (watch: Watch) => (original: Ask) => Ask
const callThrough = inOwnFile('(async work => await work())') as (work: () => unknown) => Promise<unknown>
const tellFirst = inOwnFile(
  '((told, inPool, callback) => (...answer) => { told(...answer); inPool.run(false, callback, ...answer) })',
) as (told: Callback, inPool: AsyncLocalStorage<boolean>, callback: Callback) => Callback

/** Pools whose queries a detector is told of. */
export class ProfiledPools {
  private readonly requests = new AsyncLocalStorage<RequestScope>()
  private readonly inPool = new AsyncLocalStorage<boolean>()
  private readonly statements = new StatementStub()

  constructor(
    private readonly detector: NPlusOneDetector,
    private readonly url: string,
  ) {}

  open(size: number): Pool {
    const pool = new PgPool({ connectionString: this.url, max: size })
    const { detector } = this
    const read = (args: unknown[]) => (this.inPool.getStore() ? undefined : this.read(args))
    const watchClient = watchWith({ detector, read, ask: this.ask })
    const watchPool = watchWith({
      detector,
      read,
      ask: (asked, stack, original, args) =>
        this.ask(asked, stack, (...all) => this.inPool.run(true, () => original(...all)), args),
    })
    pool.query = watchPool(pool.query as Ask) as Pool['query']
    pool.on('connect', client => {
      client.query = watchClient(client.query as Ask) as ClientBase['query']
    })
    return pool
  }

  async runInRequest(request: RequestInfo, handler: () => unknown): Promise<void> {
    const scope: RequestScope = { ...request, startedAtMs: 0, databaseTimeMs: 0, queries: 0 }
    try {
      await this.requests.run(scope, callThrough, handler)
    } finally {
      this.detector.requestEnded(scope)
    }
  }

  private read(args: unknown[]): Asked | undefined {
    const request = this.requests.getStore()
    if (!request) return undefined
    const [query, given] = args as [string | { text?: string; values?: unknown[]; cursor?: Query }, unknown]
    const { text = '', values } = typeof query === 'string' ? { text: query } : (query.cursor ?? query)
    const statement = this.statements.statementOf(text)
    const calledAtMs = performance.now()
    return { request, statement, text, values: Array.isArray(given) ? given : values, calledAtMs }
  }

  private readonly ask: Watch['ask'] = ({ request, statement, calledAtMs }, stack, original, args) => {
    const ended = (rows: number, sqlState: string | undefined) =>
      this.detector.ended({
        ...{ statement, request, calledAtMs, sentAtMs: calledAtMs, answeredAtMs: calledAtMs, bytes: 0 },
        ...{ endedAtMs: performance.now(), rows, sqlState, stack, values: undefined },
      } satisfies QueryRecord)
    const callback = args.at(-1)
    if (typeof callback === 'function') {
      const told: Callback = (error, result) =>
        ended(result?.rowCount ?? 0, error ? (error.code ?? 'connection') : undefined)
      return original(...args.slice(0, -1), tellFirst(told, this.inPool, callback as Callback))
    }
    const answer = original(...args)
    if (answer instanceof Promise) {
      answer.then(
        result => ended(result.rowCount ?? 0, undefined),
        error => ended(0, error.code ?? 'connection'),
      )
    } else ended(0, undefined)
    return answer
  }
}

interface Query {
  readonly text: string
  readonly values?: unknown[]
}
