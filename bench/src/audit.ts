import { parseArgs } from 'node:util'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import { AuditSealer, sealSome } from '@voiceassist/api-gateway/audit/audit-sealer'
import { verifyAudit } from '@voiceassist/api-gateway/audit/verify-audit'
import type { OpenDatabase } from '@voiceassist/api-gateway/db/open-database'
import { auditRow, insertAuditRows } from '@voiceassist/api-gateway/repositories/audit-logs.repository'
import { systemClock } from '@voiceassist/kernel'
import { benchDatabase } from './common/bench-database.js'
import { holdToLimits } from './common/limits.js'
import { machine, say } from './common/say.js'
import { startStopwatch } from './common/stopwatch.js'

const usage = `Usage: npm run bench -- audit [--database URL]

Seals a backlog of audit rows, then rows that come at 2,000 a second, and verifies the chain. Ends with 1 when sealing does
not keep up.

  --database URL   a PostgreSQL server on which a database is made and dropped again; absent: the embedded one`

const key = 'a key of the bench for the audit chain'
const backlogRows = 50_000
const rowsPerSecond = 2000
const seconds = 15
const rowsPerInsert = 100

export async function audit(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { database: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(usage)
  const database = await benchDatabase(values.database, { model: 'none', dimensions: 8 })
  try {
    say(`on ${machine()}; ${database.description}`)
    const rate = await sealBacklog(database)
    const left = await sealSteadily(database)
    const stop = startStopwatch()
    const { ok, checked } = await verifyAudit(database.db, key)
    const taken = stop().seconds
    say(`verified ${checked} links in ${taken.toFixed(1)} s: ${(checked / taken).toFixed(0)} a second`)
    if (!ok) throw new Error('the chain does not verify')
    holdToLimits(
      'audit',
      {
        'rows sealed a second, of a backlog': { atLeast: rowsPerSecond },
        'rows unsealed at the end of a steady load, in seconds of it': { atMost: 1 },
      },
      {
        'rows sealed a second, of a backlog': rate,
        'rows unsealed at the end of a steady load, in seconds of it': left / rowsPerSecond,
      },
    )
  } finally {
    await database.close()
  }
}

async function write({ db }: OpenDatabase, count: number): Promise<void> {
  const actor = {
    ...gatewayActor('bench'),
    userAgent: 'bench of a usual length, as browsers say',
    ipAddress: '127.0.0.1',
  }
  const row = auditRow(actor, {
    action: 'message.list',
    resource: { type: 'session', id: '11111111-1111-4111-8111-111111111111' },
    details: { count: 50 },
  })
  await insertAuditRows(
    db,
    Array.from({ length: count }, () => row),
  )
}

async function sealBacklog(database: OpenDatabase): Promise<number> {
  const inserting = startStopwatch()
  for (let n = 0; n < backlogRows; n += 1000) await write(database, 1000)
  const insertSeconds = inserting().seconds
  const sealing = startStopwatch()
  while ((await sealSome(database.db, key)) > 0) {}
  const sealSeconds = sealing().seconds
  const rate = backlogRows / sealSeconds
  say(
    `backlog: ${backlogRows} rows sealed in ${sealSeconds.toFixed(1)} s, ${rate.toFixed(0)} a second; ` +
      `${(sealSeconds / insertSeconds).toFixed(2)} of the time it took to insert them, a thousand a statement`,
  )
  return rate
}

/** Resolves to how many rows were not sealed when the load ended. */
async function sealSteadily(database: OpenDatabase): Promise<number> {
  const sealer = new AuditSealer({ db: database.db, clock: systemClock, logger: console as never, key })
  const unsealed = async () =>
    Number((await database.pool.query('select count(*) as n from audit_unsealed')).rows[0].n)
  let most = 0
  let written = 0
  const startedAt = systemClock.monotonic()
  for (let elapsedMs = 0; elapsedMs < seconds * 1000; elapsedMs = systemClock.monotonic() - startedAt) {
    if (written < (elapsedMs / 1000) * rowsPerSecond) {
      await write(database, rowsPerInsert)
      written += rowsPerInsert
      if (written % rowsPerSecond === 0) most = Math.max(most, await unsealed())
    } else await systemClock.sleep(5)
  }
  const left = await unsealed()
  await sealer.close()
  const achieved = written / seconds
  say(
    `steady: ${written} rows in ${seconds} s (${achieved.toFixed(0)} a second), at most ${most} unsealed, ${left} at the end`,
  )
  if (achieved < rowsPerSecond * 0.95) throw new Error('the load itself did not reach 2,000 rows a second')
  return left
}
