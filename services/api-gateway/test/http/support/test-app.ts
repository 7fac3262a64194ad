import { Writable } from 'node:stream'
import { createFeatureFlags, type FeatureFlags } from '@voiceassist/feature-flags'
import { type Clock, systemClock } from '@voiceassist/kernel'
import { type DatabaseKind, tempDatabase } from '@voiceassist/testkit'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { type Answers, createAnswers } from '#src/answers/create-answers'
import { type AppDependencies, buildApp } from '#src/app'
import { gatewayActor } from '#src/audit/actor'
import { ReadAuditWriter } from '#src/audit/read-audit-writer'
import { withoutCache } from '#src/cache/open-cache'
import type { Config } from '#src/config'
import type { OpenDatabase } from '#src/db/open-database'
import { flagDecisions } from '#src/flags/flag-decisions'
import { postgresFlagStore } from '#src/flags/postgres-flag-store'
import { openProfiler } from '#src/profiling/open-profiler'
import { insertAuditRows } from '#src/repositories/audit-logs.repository'
import {
  type AuthService,
  type AuthServiceOptions,
  createAuthService,
} from '#src/services/accounts/auth.service'
import { createAuditService } from '#src/services/audit.service'
import { createCacheService } from '#src/services/cache.service'
import { createMessagesService } from '#src/services/conversations/messages.service'
import { createSessionsService } from '#src/services/conversations/sessions.service'
import { createFlagAdmin } from '#src/services/flags/flag-admin'
import { createPerformanceService } from '#src/services/performance.service'
import { FakeDocuments, FakeSearch } from './fake-services.js'

export const tokenSecret = 'a secret of the tests, long enough for HS256'
export const auditKey = 'a key of the tests for the audit chain'
export const password = 'correct horse battery'
export const roles = ['user', 'viewer', 'admin'] as const
export type TestRole = (typeof roles)[number]

export interface Call {
  /** Whose token is sent; absent: none. */
  readonly as?: TestRole
  readonly payload?: string | object | Buffer
  readonly headers?: Record<string, string>
}

export interface TestApp {
  readonly app: FastifyInstance
  readonly database: OpenDatabase
  readonly auth: AuthService
  readonly search: FakeSearch
  readonly documents: FakeDocuments
  readonly answers: Answers
  readonly flags: FeatureFlags
  readonly users: Readonly<
    Record<TestRole, { readonly id: string; readonly email: string; readonly token: string }>
  >
  /** What was logged, a line each. */
  readonly log: string[]
  /** Stores the audit rows of reads that are waiting. */
  storeReads(): Promise<void>
  call(method: string, url: string, call?: Call): Promise<LightMyRequestResponse>
  close(): Promise<void>
}

export interface TestAppOptions {
  readonly kind?: DatabaseKind
  readonly clock?: Clock
  /** Absent: answers are quotations. */
  readonly llm?: Config['llm']
  /** Absent: queries are not profiled. */
  readonly profiler?: Omit<Config['profiler'], 'enabled'>
  /** Absent: those of the database, under `production`. Closed with the app. */
  readonly flags?: FeatureFlags
  readonly overrides?: Partial<AppDependencies>
  readonly auth?: Partial<AuthServiceOptions>
}

/** The whole HTTP on a database of its own, with fakes for search and documents, and one user of each role. */
export async function openTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { kind = 'pglite', clock = systemClock, llm, overrides = {} } = options
  const temp = await tempDatabase({ kind })
  const database = await temp.open()
  const { db } = database
  const search = new FakeSearch()
  const documents = new FakeDocuments()
  const log: string[] = []
  const logger = pino({ level: 'debug' }, lines(log))
  const reads = new ReadAuditWriter({ store: rows => insertAuditRows(db, rows), clock, logger })
  const gateway = withoutCache()
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataFolder = '' } = temp.environment
  const profiler =
    options.profiler &&
    openProfiler({
      config: { profiler: { enabled: true, ...options.profiler }, databaseUrl, dataFolder },
      database,
      logger,
    })
  const flags =
    options.flags ?? createFeatureFlags({ store: postgresFlagStore(db, logger), environment: 'production' })
  if (llm) await flags.warmCache() // a model is asked only where the flag is known
  const decisions = flagDecisions(flags)
  const { registrationIsOpen } = decisions
  const auth = createAuthService({ db, clock, tokenSecret, registrationIsOpen, ...options.auth })
  const answers = createAnswers({ llm, decisions, clock, logger })
  const app = await buildApp({
    clock,
    logger,
    database,
    profiler,
    flags,
    services: {
      auth,
      search,
      documents,
      sessions: createSessionsService({ db, reads }),
      cache: createCacheService({ gateway, db }),
      performance: createPerformanceService(profiler),
      flagAdmin: createFlagAdmin({ db, clock, environment: flags.environment, flags }),
      audit: createAuditService({ db, clock, auditKey: () => auditKey }),
      reads,
      messages: createMessagesService({ db, search, answers: answers.writer, reads }),
      answerTally: answers.tally,
    },
    healthChecks: [],
    maxDocumentBytes: 10_000,
    version: '1.2.3',
    ...overrides,
  })
  const users = {} as Record<TestRole, { id: string; email: string; token: string }>
  for (const role of roles) {
    const email = `${role}@example.org`
    const { id } = await auth.createUser(gatewayActor('test'), { email, password, role })
    users[role] = { id, email, token: (await auth.login(gatewayActor('test'), email, password)).accessToken }
  }
  return {
    app,
    database,
    auth,
    search,
    documents,
    answers,
    flags,
    users,
    log,
    storeReads: () => reads.close(),
    call: (method, url, { as, payload, headers = {} } = {}) =>
      app.inject({
        method: method as 'GET',
        url,
        headers: { ...(as ? { authorization: `Bearer ${users[as].token}` } : {}), ...headers },
        ...(payload === undefined ? {} : { payload }),
      }),
    async close() {
      await app.close()
      await flags.close()
      answers.close()
      await reads.close()
      await gateway.close()
      await profiler?.close()
      await temp.close()
    },
  }
}

function lines(log: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      log.push(...String(chunk).split('\n').filter(Boolean))
      done()
    },
  })
}

export interface FormPart {
  readonly name: string
  readonly value: string | Buffer
  readonly filename?: string
}

const boundary = 'boundary-of-the-tests'

/** Payload and headers of a multipart form. */
export function form(...parts: FormPart[]): { payload: Buffer; headers: Record<string, string> } {
  const pieces = parts.flatMap(({ name, value, filename }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    '\r\n\r\n',
    value,
    '\r\n',
  ])
  const payload = Buffer.concat([...pieces, `--${boundary}--\r\n`].map(piece => Buffer.from(piece)))
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}

export interface ServerEvent {
  readonly event: string
  readonly data: Record<string, unknown>
}

export function eventsOf(body: string): ServerEvent[] {
  return body
    .split('\n\n')
    .filter(Boolean)
    .map(block => {
      const [event, data] = block.split('\n')
      return { event: event!.replace('event: ', ''), data: JSON.parse(data!.replace('data: ', '')) }
    })
}
