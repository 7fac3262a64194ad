import { randomBytes } from 'node:crypto'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import { type Clock, systemClock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import type { Logger } from 'pino'
import { type Answers, createAnswers } from './answers/create-answers.js'
import type { HealthCheck } from './app.js'
import { AuditSealer } from './audit/audit-sealer.js'
import { checkAuditKey } from './audit/check-audit-key.js'
import { ReadAuditWriter } from './audit/read-audit-writer.js'
import type { GatewayCache } from './cache/gateway-cache.js'
import { type OpenCacheOptions, openCache, withoutCache } from './cache/open-cache.js'
import type { Config } from './config.js'
import { type DataFolderLock, lockDataFolder } from './data-folder/data-folder-lock.js'
import { existingAuditKey, generatedAuditKey, generatedTokenSecret } from './data-folder/generated-secrets.js'
import { databaseFolder } from './data-folder/layout.js'
import { gatewayRole } from './db/gateway-role.js'
import { migrateUp, migrationStatus } from './db/migrate.js'
import { type OpenDatabase, openDatabase } from './db/open-database.js'
import type { Embedder } from './embedding/embedder.js'
import { openEmbedder } from './embedding/open-embedder.js'
import { readStoredEmbedder, refuseOtherEmbedder } from './embedding/stored-embedder.js'
import { GatewayError } from './errors.js'
import { flagDecisions } from './flags/flag-decisions.js'
import { FlagScheduler } from './flags/flag-scheduler.js'
import { openFlags } from './flags/open-flags.js'
import { seedOwnFlags } from './flags/seed-own-flags.js'
import { openProfiler } from './profiling/open-profiler.js'
import { insertAuditRows } from './repositories/audit-logs.repository.js'
import { createServices, type Services } from './services/create-services.js'
import { openTracing } from './tracing/open-tracing.js'
import type { Tracing } from './tracing/tracing.js'

export interface Dependencies {
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
  readonly database: OpenDatabase
  readonly embedder: Embedder
  readonly answers: Answers
  readonly cache: GatewayCache
  /** Absent: this is a command. */
  readonly flags: FeatureFlags
  /** Absent: QUERY_PROFILER_ENABLED is false, or this is a command. */
  readonly profiler: QueryProfiler | undefined
  /** Absent: OTEL_EXPORTER_OTLP_ENDPOINT is, or this is a command. */
  readonly tracing: Tracing | undefined
  readonly services: Services
  readonly healthChecks: readonly HealthCheck[]
  /** Ends in the reverse order of the start; the data folder is free afterwards. */
  close(): Promise<void>
}

export interface OpenDependenciesOptions {
  readonly logger: Logger
  /**
   * A gateway runs pending migrations and signs tokens. A command signs none, and refuses a server that lacks a
   * migration; an embedded database is always migrated.
   */
  readonly role: 'gateway' | 'command'
  /** What the embedder is for: to go on with the stored vectors, to replace them all, or nothing. */
  readonly embedding: 'same model' | 'any model' | 'unused'
  readonly createCache?: OpenCacheOptions['createCache']
}

/**
 * The only place that constructs the parts.
 * @throws GatewayError DATA_FOLDER_IN_USE, DATABASE_UNREACHABLE, VECTOR_EXTENSION_MISSING, SCHEMA_OUTDATED,
 * EMBEDDER_FAILED, EMBEDDER_MISMATCH or AUDIT_KEY_MISMATCH, CacheError CACHE_REMOTE_UNSUITABLE; nothing stays open then.
 */
export async function openDependencies(
  config: Config,
  options: OpenDependenciesOptions,
): Promise<Dependencies> {
  const clock = systemClock
  const opened: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    if (config.databaseUrl === undefined) {
      const lock: DataFolderLock = lockDataFolder(config.dataFolder)
      opened.push(() => lock.release())
    }
    const tracing =
      options.role === 'gateway'
        ? await openTracing({ config: config.tracing, clock, logger: options.logger })
        : undefined
    opened.push(async () => tracing?.close())
    const database = await openDatabase({
      ...(config.databaseUrl === undefined
        ? { dataFolder: databaseFolder(config.dataFolder) }
        : { url: config.databaseUrl }),
      limits: config.pool,
      clock,
    })
    opened.push(() => database.close())
    const storedBefore = await readStoredEmbedder(database.db)
    const dimensions = options.embedding === 'unused' ? storedBefore?.dimensions : undefined
    const plainEmbedder = await openEmbedder(config, clock, dimensions)
    const embedder = tracing?.embedder(plainEmbedder) ?? plainEmbedder
    opened.push(() => embedder.close())
    await bringSchemaUp(database, embedder, clock, options)
    const profiler =
      options.role === 'gateway' && config.profiler.enabled
        ? openProfiler({ config, database, logger: options.logger })
        : undefined
    opened.push(async () => profiler?.close())
    const stored = await readStoredEmbedder(database.db)
    if (stored && options.embedding === 'same model') refuseOtherEmbedder(stored, embedder)
    const isGateway = options.role === 'gateway'
    const tokenSecret = isGateway ? tokenSecretOf(config) : unusedSecret()
    const auditKey = auditKeyOf(config, options.role)
    if (isGateway) {
      await checkAuditKey(database.db, auditKey())
      const sealer = new AuditSealer({ db: database.db, clock, logger: options.logger, key: auditKey() })
      opened.push(() => sealer.close())
    }
    const reads = new ReadAuditWriter({
      store: rows => insertAuditRows(database.db, rows),
      clock,
      logger: options.logger,
    })
    opened.push(() => reads.close())
    const cache = isGateway
      ? await openCache({
          config,
          database,
          clock,
          embedder,
          logger: options.logger,
          createCache: options.createCache,
        })
      : withoutCache()
    opened.push(() => cache.close())
    const flags = await openFlags({
      config: config.flags,
      db: database.db,
      gatewayCache: cache,
      logger: options.logger,
    })
    opened.push(() => flags.close())
    if (isGateway) {
      await seedOwnFlags(database.db, flags.environment, { registration_open: config.registrationOpen })
      await flags.warmCache()
    }
    const decisions = flagDecisions(flags)
    const answers = createAnswers({ llm: config.llm, decisions, clock, logger: options.logger })
    opened.push(() => answers.close())
    const services = createServices({
      db: database.db,
      clock,
      embedder,
      answers,
      gatewayCache: cache,
      profiler,
      flags: isGateway ? flags : undefined,
      flagEnvironment: flags.environment,
      reads,
      tokenSecret,
      auditKey,
      loginLimits: config.sessions,
      decisions,
      maxDocumentBytes: config.maxDocumentBytes,
    })
    if (isGateway) {
      const { schedule } = services.flagAdmin
      const scheduler = new FlagScheduler({ schedule, clock, logger: options.logger })
      opened.push(() => scheduler.close())
    }
    return {
      config,
      clock,
      logger: options.logger,
      database,
      embedder,
      answers,
      cache,
      profiler,
      tracing,
      flags,
      services,
      healthChecks: [
        { name: 'database', check: async () => void (await database.pool.query('select 1')) },
        { name: 'cache', check: cache.check, dispensable: true },
        { name: 'feature flags', check: async () => refuseStale(flags), dispensable: true },
      ],
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function refuseStale({ status }: FeatureFlags): void {
  if (status !== 'ready') throw new Error(`The feature flags are ${status}`)
}

function tokenSecretOf({ tokenSecret, dataFolder }: Config): string {
  return tokenSecret ?? generatedTokenSecret(dataFolder)
}

function auditKeyOf({ auditKey, dataFolder }: Config, role: 'gateway' | 'command'): () => string {
  if (auditKey !== undefined) return () => auditKey
  if (role === 'command') return () => existingAuditKey(dataFolder)
  const generated = generatedAuditKey(dataFolder)
  return () => generated
}

/** Commands have no tokens to sign or read. */
function unusedSecret(): string {
  return randomBytes(32).toString('base64')
}

async function warnWithoutRole(database: OpenDatabase, logger: Logger): Promise<void> {
  const { name, taken } = await gatewayRole(database.db)
  if (!taken)
    logger.warn(
      { role: name },
      'the login may not take this role (docs/audit.md): audit rows are guarded by triggers only',
    )
}

async function bringSchemaUp(
  database: OpenDatabase,
  embedder: Embedder,
  clock: Clock,
  { role, logger }: OpenDependenciesOptions,
): Promise<void> {
  const { model, dimensions } = embedder
  const context = { embedder: { model, dimensions }, concurrently: database.kind === 'server' }
  if (role === 'gateway' || database.kind === 'embedded') {
    const onMigration = (migration: string) => logger.info({ migration }, 'migrating')
    await migrateUp(database.db, { ...context, clock, onMigration })
    database.pool.replaceConnections()
    if (database.kind === 'server') await warnWithoutRole(database, logger)
    return
  }
  const pending = (await migrationStatus(database.db, context)).filter(item => !item.executedAt)
  if (pending.length > 0)
    throw new GatewayError('SCHEMA_OUTDATED', `The database lacks the migration ${pending[0]?.name}`, {
      remedy: 'Run: voiceassist migrate up',
    })
}
