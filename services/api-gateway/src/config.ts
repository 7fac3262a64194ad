import { resolve } from 'node:path'
import type { ProfilerOptions } from '@voiceassist/query-profiler'
import { type CacheConfig, redisPlace } from './config-cache.js'
import type { RagConfig } from './config-rag.js'
import type { TracingConfig } from './config-tracing.js'
import { type ConfigVariable, readVariable } from './config-variable.js'
import { configVariables } from './config-variables.js'
import type { PoolLimits } from './db/database-pool.js'

export interface Config {
  readonly host: string
  readonly port: number
  /** Absolute. */
  readonly dataFolder: string
  readonly databaseUrl: string | undefined
  readonly pool: PoolLimits
  readonly cache: CacheConfig
  readonly rag: RagConfig
  readonly profiler: ProfilerConfig
  readonly embeddings:
    | { readonly url: string; readonly apiKey: string | undefined; readonly model: string }
    | undefined
  readonly tokenSecret: string | undefined
  readonly auditKey: string | undefined
  readonly registrationOpen: boolean
  readonly flags: {
    readonly environment: string
    /** Absolute. */
    readonly bootstrapFile: string | undefined
    readonly l1TtlSeconds: number
    readonly l2TtlSeconds: number
  }
  readonly sessions: { readonly idleMs: number; readonly absoluteMs: number }
  readonly trustedProxies: readonly string[]
  readonly llm:
    | {
        readonly url: string
        readonly apiKey: string | undefined
        readonly model: string
        readonly deadlineMs: number
      }
    | undefined
  readonly metricsEnabled: boolean
  readonly metricsToken: string | undefined
  /** Absent: there are no traces. */
  readonly tracing: TracingConfig | undefined
  readonly maxDocumentBytes: number
  readonly logLevel: string
}

export interface ProfilerConfig
  extends Required<Pick<ProfilerOptions, 'slowQueryThresholdMs' | 'nPlusOneThreshold' | 'explain'>> {
  readonly enabled: boolean
}

/** @throws GatewayError CONFIG_INVALID that names the variable. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const read = <K extends keyof typeof configVariables>(name: K) =>
    readVariable(
      name,
      configVariables[name] as ConfigVariable<ReturnType<(typeof configVariables)[K]['parse']>>,
      environment,
    )
  const redisSettings = {
    password: read('REDIS_PASSWORD'),
    maxConnections: read('REDIS_MAX_CONNECTIONS')!,
    healthCheckIdleMs: read('REDIS_HEALTH_CHECK_INTERVAL')! * 1000,
  }
  const place = redisPlace({
    REDIS_URL: read('REDIS_URL'),
    REDIS_CLUSTER: read('REDIS_CLUSTER'),
    REDIS_SENTINELS: read('REDIS_SENTINELS'),
  })
  const embeddingsUrl = read('EMBEDDINGS_URL')
  const bootstrapFile = read('FLAG_BOOTSTRAP_FILE')
  const llmUrl = read('LLM_URL')
  const otlpEndpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT')
  const tracing = {
    headers: read('OTEL_EXPORTER_OTLP_HEADERS') ?? {},
    serviceName: read('OTEL_SERVICE_NAME')!,
    sampler: read('OTEL_TRACES_SAMPLER')!,
    ratio: read('OTEL_TRACES_SAMPLER_ARG')!,
  }
  return Object.freeze({
    host: read('HOST')!,
    port: read('PORT')!,
    dataFolder: resolve(read('DATA_DIR')!),
    databaseUrl: read('DATABASE_URL'),
    pool: {
      size: read('DB_POOL_SIZE')!,
      maxOverflow: read('DB_MAX_OVERFLOW')!,
      recycleSeconds: read('DB_POOL_RECYCLE')!,
      acquireTimeoutMs: read('DB_POOL_TIMEOUT')! * 1000,
    },
    cache: {
      enabled: read('CACHE_ENABLED') === 'true',
      redis: place && { place, ...redisSettings },
      encryptionKeys: read('CACHE_ENCRYPTION_KEYS'),
    },
    rag: {
      ttl: {
        embedding: read('RAG_EMBEDDING_TTL')!,
        search: read('RAG_SEARCH_TTL')!,
        document: read('RAG_DOCUMENT_TTL')!,
      },
      precision: read('RAG_VECTOR_PRECISION')!,
      tenantKey: read('TENANT_KEY'),
    },
    profiler: {
      enabled: read('QUERY_PROFILER_ENABLED') === 'true',
      slowQueryThresholdMs: read('SLOW_QUERY_THRESHOLD_MS')!,
      nPlusOneThreshold: read('N_PLUS_ONE_THRESHOLD')!,
      explain: read('QUERY_EXPLAIN')!,
    },
    embeddings:
      embeddingsUrl === undefined
        ? undefined
        : { url: embeddingsUrl, apiKey: read('EMBEDDINGS_API_KEY'), model: read('EMBEDDINGS_MODEL')! },
    tokenSecret: read('TOKEN_SECRET'),
    auditKey: read('AUDIT_HMAC_KEY'),
    registrationOpen: read('REGISTRATION_OPEN') === 'true',
    flags: {
      environment: read('FLAG_ENVIRONMENT')!,
      bootstrapFile: bootstrapFile === undefined ? undefined : resolve(bootstrapFile),
      l1TtlSeconds: read('FLAG_L1_TTL')!,
      l2TtlSeconds: read('FLAG_L2_TTL')!,
    },
    sessions: {
      idleMs: read('SESSION_IDLE_MINUTES')! * 60_000,
      absoluteMs: read('SESSION_ABSOLUTE_HOURS')! * 3_600_000,
    },
    trustedProxies: read('TRUSTED_PROXIES') ?? [],
    llm:
      llmUrl === undefined
        ? undefined
        : {
            url: llmUrl,
            apiKey: read('LLM_API_KEY'),
            model: read('LLM_MODEL')!,
            deadlineMs: read('LLM_DEADLINE_SECONDS')! * 1000,
          },
    metricsEnabled: read('METRICS_ENABLED') === 'true',
    metricsToken: read('METRICS_TOKEN'),
    tracing: otlpEndpoint === undefined ? undefined : { endpoint: otlpEndpoint, ...tracing },
    maxDocumentBytes: read('MAX_DOCUMENT_BYTES')!,
    logLevel: read('LOG_LEVEL')!,
  })
}
