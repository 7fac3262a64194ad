import { createRequire } from 'node:module'
import { join } from 'node:path'
import type pg from 'pg'
import { AnsweringStream } from '../answering-stream.js'
import { type OpenHotPath, packageOf } from '../hot-path.js'

const queriesARequest = 10
/** No text often enough in a request for an N+1, whose stacks are not a query's usual cost. */
const texts = ['id', 'name', 'id, name', 'name, id', 'id, name, 1'].map(
  columns => `select ${columns} from bench_rows where id = $1`,
)

/** A query of pg that is profiled within a request, beside the same of a pool that nobody watches; a stream answers both. */
export const profiledQuery: OpenHotPath = async root => {
  const folder = 'query-profiler/dist/index.js'
  const { setupQueryProfiling } = await packageOf<typeof import('@voiceassist/query-profiler')>(root, folder)
  const { Pool } = createRequire(join(root, 'packages', folder))('pg') as typeof pg
  const open = () => new Pool({ max: 1, user: 'bench', stream: () => new AnsweringStream() as never })
  const [pool, bare] = [open(), open()]
  const profiler = setupQueryProfiling(pool, { explain: 'off' })
  const requestOf = (of: pg.Pool) => async () => {
    for (let at = 0; at < queriesARequest; at++) await of.query(texts[at % texts.length] as string, [at])
  }
  const [profiled, unwatched] = [requestOf(pool), requestOf(bare)]
  const { rows } = await pool.query('select id, name from bench_rows where id = $1', [1])
  if (rows[0]?.name !== 'a name') throw new Error('the stream is not understood')
  return {
    path: async calls => {
      for (let at = 0; at < calls; at += queriesARequest)
        await profiler.runInRequest({ id: 'one', route: 'GET /bench' }, profiled)
    },
    floor: async calls => {
      for (let at = 0; at < calls; at += queriesARequest) await unwatched()
    },
    close: async () => {
      await profiler.close()
      await Promise.all([pool.end(), bare.end()])
    },
  }
}
