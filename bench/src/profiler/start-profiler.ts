import type { QueryProfiler } from '@voiceassist/query-profiler'
import type pg from 'pg'

export interface StartedProfiler extends Pick<QueryProfiler, 'runInRequest'> {
  /** False: capture alone, since the parts behind it are not composed in this build. */
  readonly isWhole: boolean
  queries(): number
}

export async function startProfiler(pool: pg.Pool): Promise<StartedProfiler> {
  const { setupQueryProfiling } = (await compiled('index.js')) as {
    setupQueryProfiling?: (pool: pg.Pool) => QueryProfiler
  }
  if (!setupQueryProfiling) return captureAlone(pool)
  const profiler = setupQueryProfiling(pool)
  return {
    isWhole: true,
    runInRequest: (request, handler) => profiler.runInRequest(request, handler),
    queries: () => Object.values(profiler.stats().byType).reduce((sum, { queries }) => sum + queries, 0),
  }
}

async function captureAlone(pool: pg.Pool): Promise<StartedProfiler> {
  const { instrument } = (await compiled('capture/instrument.js')) as {
    instrument(...args: unknown[]): unknown
  }
  const { RequestContext } = (await compiled('capture/request-context.js')) as {
    RequestContext: new (
      onEnd: () => void,
    ) => Pick<QueryProfiler, 'runInRequest'> & { current(): object | undefined }
  }
  const requests = new RequestContext(() => {})
  const statements = new Map<string, object>()
  let queries = 0
  const observer = {
    called(text: string, _values: unknown, calledAtMs: number) {
      const statement = statements.get(text) ?? { text }
      statements.set(text, statement)
      return {
        statement,
        request: requests.current(),
        calledAtMs,
        sentAtMs: 0,
        answeredAtMs: 0,
        endedAtMs: 0,
        rows: 0,
        bytes: 0,
        sqlState: undefined,
        stack: undefined,
        values: undefined,
      }
    },
    ended() {
      queries++
    },
  }
  instrument(pool, observer, requests)
  return {
    isWhole: false,
    runInRequest: (request, handler) => requests.runInRequest(request, handler),
    queries: () => queries,
  }
}

const compiled = (file: string): Promise<unknown> =>
  import(new URL(`../../../packages/query-profiler/dist/${file}`, import.meta.url).href)
