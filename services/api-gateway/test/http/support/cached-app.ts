import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MemoryServer, memoryServer } from '@voiceassist/cache/testing'
import { createFeatureFlags, type FeatureFlags } from '@voiceassist/feature-flags'
import { systemClock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import {
  createHashingEmbedder,
  type DatabaseKind,
  type TempDatabase,
  tempDatabase,
} from '@voiceassist/testkit'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { pino } from 'pino'
import { createAnswers } from '#src/answers/create-answers'
import { buildApp } from '#src/app'
import { gatewayActor } from '#src/audit/actor'
import { ReadAuditWriter } from '#src/audit/read-audit-writer'
import type { GatewayCache } from '#src/cache/gateway-cache'
import { openCache } from '#src/cache/open-cache'
import { type Config, readConfig } from '#src/config'
import type { OpenDatabase } from '#src/db/open-database'
import { flagDecisions } from '#src/flags/flag-decisions'
import { postgresFlagStore } from '#src/flags/postgres-flag-store'
import { openProfiler } from '#src/profiling/open-profiler'
import { insertAuditRows } from '#src/repositories/audit-logs.repository'
import { createServices, type Services } from '#src/services/create-services'
import { auditKey, password, tokenSecret } from './test-app.js'

export interface CachedApp {
  readonly app: FastifyInstance
  readonly database: OpenDatabase
  readonly services: Services
  readonly gateway: GatewayCache
  readonly flags: FeatureFlags
  readonly profiler: QueryProfiler | undefined
  /** The second tier, which other instances may share. */
  readonly tier: MemoryServer
  readonly admin: { readonly id: string; readonly token: string }
  call<T = unknown>(method: string, url: string, payload?: object, token?: string): Promise<Answer<T>>
  /** Runs SQL past the gateway: over a connection of its own where the database has more than one. */
  run(statement: string): Promise<void>
  /** Hits and loads so far, by namespace. */
  counted(namespace: string): { readonly hits: number; readonly loads: number }
  /** As a loss of the connection and of the bus; and back. */
  cut(): void
  reconnect(): void
  close(): Promise<void>
}

export interface Answer<T> {
  readonly status: number
  readonly body: T
}

/**
 * All of the gateway's HTTP and services with a cache, over a second tier in this process that a test may cut off.
 * @param profiled absent: queries are not profiled
 */
export async function openCachedApp(
  kind: DatabaseKind,
  profiled?: Omit<Config['profiler'], 'enabled'>,
): Promise<CachedApp> {
  const temp: TempDatabase = await tempDatabase({ kind })
  const database = await temp.open()
  const { db } = database
  const folder = temp.environment.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'va-cached-'))
  const config = readConfig({ DATA_DIR: folder, DATABASE_URL: temp.environment.DATABASE_URL })
  const clock = systemClock
  const logger = pino({ level: 'silent' })
  const profiler =
    profiled &&
    openProfiler({ config: { ...config, profiler: { enabled: true, ...profiled } }, database, logger })
  const embedder = createHashingEmbedder()
  const tier = memoryServer({ clock })
  const second = { kind: 'redis', description: 'in memory', tier: tier.tier() } as const
  const gateway = await openCache({ config, database, clock, embedder, logger, second })
  const reads = new ReadAuditWriter({ store: rows => insertAuditRows(db, rows), clock, logger })
  const { environment } = config.flags
  const flags = createFeatureFlags({
    cache: gateway.cache,
    store: postgresFlagStore(db, logger),
    environment,
  })
  const decisions = flagDecisions(flags)
  const answers = createAnswers({ llm: undefined, decisions, clock, logger })
  const services = createServices({
    db,
    clock,
    embedder,
    answers,
    profiler,
    flags,
    flagEnvironment: environment,
    gatewayCache: gateway,
    reads,
    tokenSecret,
    auditKey: () => auditKey,
    loginLimits: config.sessions,
    decisions,
    maxDocumentBytes: 100_000,
  })
  const app = await buildApp({
    clock,
    logger,
    database,
    profiler,
    flags,
    services,
    healthChecks: [{ name: 'cache', check: gateway.check, dispensable: true }],
    maxDocumentBytes: 100_000,
    version: '1.2.3',
  })
  const actor = gatewayActor('test')
  const { id } = await services.auth.createUser(actor, {
    email: 'admin@example.org',
    password,
    role: 'admin',
  })
  const { accessToken } = await services.auth.login(actor, 'admin@example.org', password)
  const link = async () => {
    const self = (await gateway.cache.instances()).find(({ self }) => self)
    return tier.link(self!.id)
  }
  const own = await link()
  const beside =
    kind === 'server' ? new pg.Client({ connectionString: temp.environment.DATABASE_URL }) : undefined
  await beside?.connect()
  return {
    app,
    database,
    services,
    gateway,
    flags,
    profiler,
    tier,
    admin: { id, token: accessToken },
    async call<T>(method: string, url: string, payload?: object, token = accessToken) {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: { authorization: `Bearer ${token}` },
        ...(payload === undefined ? {} : { payload }),
      })
      return { status: answer.statusCode, body: (answer.body === '' ? undefined : answer.json()) as T }
    },
    async run(statement) {
      await (beside ?? database.pool).query(statement)
    },
    counted(namespace) {
      const { hits = 0, loads = 0 } = gateway.cache.stats().namespaces[namespace] ?? {}
      return { hits, loads }
    },
    cut() {
      own.cutBus()
      own.cut()
    },
    reconnect() {
      own.reconnectBus()
      own.reconnect()
    },
    async close() {
      await app.close()
      await flags.close()
      answers.close()
      await reads.close()
      await gateway.close()
      await beside?.end()
      await profiler?.close()
      await temp.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
