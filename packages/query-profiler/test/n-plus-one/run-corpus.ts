import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tempDatabase } from '@voiceassist/testkit'
import { Client, Pool } from 'pg'
import type { NPlusOneReport } from '#src/n-plus-one/n-plus-one-report'
import type { setupQueryProfiling } from '#src/setup-query-profiling'
import type { CorpusCase, CorpusDatabase } from './corpus/corpus-case.js'
import { corpusTables } from './corpus/corpus-tables.js'

const folder = fileURLToPath(new URL('./corpus/', import.meta.url))

/** 'file:line' of each comment `here: <name>`. */
function readMarkers(): Map<string, string> {
  const markers = new Map<string, string>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.c?[jt]s$/.test(file)) continue
    for (const [index, line] of readFileSync(folder + file, 'utf8')
      .split('\n')
      .entries()) {
      const name = /\/\/ here: (\S+)$/.exec(line)?.[1]
      if (name) markers.set(`${folder}${file}:${index + 1}`, name)
    }
  }
  return markers
}

const markers = readMarkers()

/** A report as a case states it. */
function brief({ kind, count, callSite, parent, requests }: NPlusOneReport) {
  const place = `${callSite.file}:${callSite.line}`
  return { kind, count, at: markers.get(place) ?? place, parent: parent?.sql ?? null, requests }
}

export interface CorpusRun {
  /** What was reported of a case, in the form in which it is expected; most queries last. */
  run(of: CorpusCase): Promise<ReturnType<typeof brief>[]>
  close(): Promise<void>
}

export async function createCorpusDatabase(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const temp = await tempDatabase({ kind: 'server', migrated: false })
  const url = temp.environment.DATABASE_URL!
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(corpusTables)
  await client.end()
  return { url, close: () => temp.close() }
}

export function openCorpus(setUp: typeof setupQueryProfiling, connectionString: string): CorpusRun {
  const db: CorpusDatabase = {
    pool: new Pool({ connectionString, max: 4 }),
    narrowPool: new Pool({ connectionString, max: 1 }),
  }
  // A database that is dropped tells connections that are closing still.
  for (const pool of [db.pool, db.narrowPool]) pool.on('error', () => {})
  return {
    async run({ name, run, requests = 1 }) {
      // Anew for each case: all of them in a few seconds are more calls than a profiler captures the stacks of.
      const wide = setUp(db.pool, { nPlusOneThreshold: 10, explain: 'off' })
      const narrow = setUp(db.narrowPool, { nPlusOneThreshold: 10, explain: 'off' })
      const all = Array.from({ length: requests }, (_, index) => {
        const request = { id: `${name} ${index}`, route: name }
        return wide.runInRequest(request, () => narrow.runInRequest(request, () => run(db)))
      })
      await Promise.all(all)
      const reports = [wide, narrow].flatMap(profiler => profiler.report().nPlusOne)
      await Promise.all([wide.close(), narrow.close()])
      return reports
        .filter(({ route }) => route === name)
        .map(brief)
        .sort((a, b) => a.count - b.count || a.at.localeCompare(b.at))
    },
    async close() {
      await Promise.all([db.pool.end(), db.narrowPool.end()])
    },
  }
}

/** Whether a case was reported as it should be; undefined: yes. */
export function difference(of: CorpusCase, got: ReturnType<typeof brief>[]): string | undefined {
  const wanted = [...of.expected].sort((a, b) => a.count - b.count || a.at.localeCompare(b.at))
  const isAsWanted =
    wanted.length === got.length &&
    wanted.every(({ kind, count, at, parent, requests = 1 }, index) => {
      const report = got[index]!
      const isParent =
        parent == null ? parent === undefined || report.parent === null : report.parent?.includes(parent)
      return (
        report.kind === kind &&
        report.count === count &&
        report.at === at &&
        report.requests === requests &&
        isParent
      )
    })
  return isAsWanted ? undefined : `${of.name}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`
}
