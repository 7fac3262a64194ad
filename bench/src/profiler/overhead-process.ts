import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const worker = fileURLToPath(new URL('overhead-worker.js', import.meta.url))

/** Of pg: alone, within an AsyncLocalStorage scope, profiled in one, and under OpenTelemetry's instrumentation in one. */
export const ways = ['bare', 'scope', 'profiled', 'opentelemetry'] as const
export type Way = (typeof ways)[number]

export interface Turn {
  /** Of processor, all threads, a query. */
  readonly microseconds: number
  /** A query. */
  readonly bytesSent: number
  /** Queries that were seen; of a way that watches. */
  readonly watched?: number
}

export interface OverheadProcess {
  query(queries: number): Promise<Turn>
  /** Queries of other kinds. */
  queryOtherwise(requests: number): Promise<void>
  end(): Promise<void>
}

/** A process that queries in one way. It ends when this one does. */
export async function startProcess(way: Way, url: string): Promise<OverheadProcess> {
  const child = fork(worker, [way, url])
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process of ${way} ended with ${code}`)
  })
  ended.catch(() => {})
  async function answer(): Promise<Turn> {
    const [turn] = (await Promise.race([once(child, 'message'), ended])) as [Turn]
    return turn
  }
  function ask(message: object): Promise<Turn> {
    const answered = answer()
    child.send(message)
    return answered
  }
  await answer()
  return {
    async query(queries) {
      const turn = await ask({ queries })
      if (turn.watched !== undefined && turn.watched < queries)
        throw new Error(`${way} has seen ${turn.watched} of ${queries} queries`)
      return turn
    },
    async queryOtherwise(requests) {
      await ask({ others: requests })
    },
    async end() {
      const gone = once(child, 'exit')
      child.send('end')
      await gone
    },
  }
}
