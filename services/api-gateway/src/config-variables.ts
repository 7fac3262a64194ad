import { encryptionKeys, redisNodes, redisSentinels } from './config-cache.js'
import { tracingVariables } from './config-tracing.js'
import {
  addresses,
  atLeast,
  type ConfigVariable,
  integer,
  lifetime,
  nameOf,
  oneOf,
  text,
  urlOf,
} from './config-variable.js'

/** Every environment variable, declared once. `docs/configuration.md` is tested against it. */
export const configVariables = {
  HOST: { description: 'Address to listen on', default: '127.0.0.1', parse: text },
  PORT: { description: 'Port to listen on; 0 takes a free one', default: '8000', parse: integer(0, 65_535) },
  DATA_DIR: {
    description:
      'Folder of the embedded database, the embedded cache and generated secrets; relative to the working directory',
    default: './data',
    parse: text,
  },
  DATABASE_URL: {
    description:
      'PostgreSQL server (15 or newer, with pgvector 0.8); absent: the embedded database in DATA_DIR',
    secret: true,
    parse: urlOf('postgres:', 'postgresql:'),
  },
  DB_POOL_SIZE: {
    description: 'Connections that stay open',
    default: '20',
    parse: integer(1, 1000),
  },
  DB_MAX_OVERFLOW: {
    description: 'Further connections under load, closed when returned',
    default: '40',
    parse: integer(0, 1000),
  },
  DB_POOL_RECYCLE: {
    description: 'Seconds after which a connection is replaced',
    default: '3600',
    parse: integer(1, 86_400),
  },
  DB_POOL_TIMEOUT: {
    description: 'Seconds that a request waits for a connection',
    default: '30',
    parse: integer(1, 600),
  },
  REDIS_URL: {
    description:
      'Redis 7 or Valkey 8 (or newer) that the gateways of one database share as second tier of their cache; absent: an embedded one in DATA_DIR, and one gateway a database',
    secret: true,
    parse: urlOf('redis:', 'rediss:'),
  },
  REDIS_CLUSTER: {
    description: 'Instead of REDIS_URL: some nodes of a cluster, as host:port,host:port',
    parse: redisNodes,
  },
  REDIS_SENTINELS: {
    description: 'Instead of REDIS_URL: the sentinels of a master and its name, as name@host:port,host:port',
    parse: redisSentinels,
  },
  REDIS_PASSWORD: {
    description: 'Of the nodes of REDIS_CLUSTER, or of the master of REDIS_SENTINELS',
    secret: true,
    parse: text,
  },
  REDIS_MAX_CONNECTIONS: {
    description: 'Most connections of this process to Redis',
    default: '50',
    parse: integer(3, 1000),
  },
  REDIS_HEALTH_CHECK_INTERVAL: {
    description: 'Seconds after which a connection to Redis that was idle is asked whether it lives',
    default: '30',
    parse: integer(1, 3600),
  },
  QUERY_PROFILER_ENABLED: {
    description: 'false: queries are not profiled',
    default: 'true',
    parse: oneOf('true', 'false'),
  },
  SLOW_QUERY_THRESHOLD_MS: {
    description: 'Milliseconds from which a query is slow, the wait for a connection not counted',
    default: '100',
    parse: integer(1, 600_000),
  },
  N_PLUS_ONE_THRESHOLD: {
    description:
      'Queries of one shape, from one place of the code, in one request, from which they are an N+1',
    default: '10',
    parse: integer(2, 10_000),
  },
  QUERY_EXPLAIN: {
    description:
      'Plans of slow queries: off; plan: EXPLAIN, which does not run the query; analyze: also EXPLAIN ANALYZE of pure reads, for a database that is not production',
    default: 'plan',
    parse: oneOf('off', 'plan', 'analyze'),
  },
  CACHE_ENABLED: {
    description: 'false: every read goes to the database; for benches',
    default: 'true',
    parse: oneOf('true', 'false'),
  },
  CACHE_ENCRYPTION_KEYS: {
    description:
      'Encrypt what the second tier keeps of users, sessions and messages: id:key,id:key, a key being 32 bytes in base64; the first encrypts, all decrypt; absent: generated once into DATA_DIR',
    secret: true,
    parse: encryptionKeys,
  },
  RAG_EMBEDDING_TTL: {
    description: 'How long the embedding of a query is kept',
    default: '24h',
    parse: lifetime,
  },
  RAG_SEARCH_TTL: {
    description: 'How long the result of a search is kept; a change of documents drops it sooner',
    default: '1h',
    parse: lifetime,
  },
  RAG_DOCUMENT_TTL: {
    description: 'How long a document’s facts are kept; its change drops them sooner',
    default: '2h',
    parse: lifetime,
  },
  RAG_VECTOR_PRECISION: {
    description: 'How the embedding of a query lies in the cache; with less, results may differ slightly',
    default: 'float32',
    parse: oneOf('float32', 'float16', 'int8'),
  },
  TENANT_KEY: {
    description:
      'Keys the HMACs that stand for queries in the cache; gateways that share it share their cached searches; absent: generated once into DATA_DIR',
    secret: true,
    parse: atLeast(32),
  },
  EMBEDDINGS_URL: {
    description: 'OpenAI-compatible endpoint that ends in /v1/embeddings; absent: the bundled model',
    parse: urlOf('http:', 'https:'),
  },
  EMBEDDINGS_API_KEY: { description: 'Sent to EMBEDDINGS_URL as a bearer token', secret: true, parse: text },
  EMBEDDINGS_MODEL: {
    description: 'Model that EMBEDDINGS_URL is asked for',
    default: 'text-embedding-3-small',
    parse: text,
  },
  TOKEN_SECRET: {
    description:
      'Signs access tokens and keys the count of failed logins; absent: generated once into DATA_DIR',
    secret: true,
    parse: atLeast(32),
  },
  AUDIT_HMAC_KEY: {
    description:
      'Seals the audit rows, and must stay the same for as long as they are kept; absent: generated once into DATA_DIR',
    secret: true,
    parse: atLeast(32),
  },
  REGISTRATION_OPEN: {
    description:
      'What the flag registration_open is made as at the first start: whether anybody may make an account of the role user. Later the flag alone decides',
    default: 'false',
    parse: oneOf('true', 'false'),
  },
  FLAG_ENVIRONMENT: {
    description: 'Whose feature flags this gateway goes by',
    default: 'production',
    parse: nameOf(50),
  },
  FLAG_BOOTSTRAP_FILE: {
    description:
      'JSON file of feature flags that are served from the start until they could be read for the first time; absent: none',
    parse: text,
  },
  FLAG_L1_TTL: {
    description: 'Seconds for which feature flags in memory count as fresh; changes reach them sooner',
    default: '60',
    parse: integer(1, 3600),
  },
  FLAG_L2_TTL: {
    description: 'Seconds for which the second tier of the cache keeps feature flags',
    default: '300',
    parse: integer(1, 86_400),
  },
  SESSION_IDLE_MINUTES: {
    description: 'A login that makes no request for this long ends',
    default: '15',
    parse: integer(1, 1440),
  },
  SESSION_ABSOLUTE_HOURS: {
    description: 'A login ends after this long, however much it is used or refreshed',
    default: '12',
    parse: integer(1, 168),
  },
  TRUSTED_PROXIES: {
    description:
      'Addresses or CIDR ranges, separated by commas, of proxies whose X-Forwarded-For is believed; absent: none',
    parse: addresses,
  },
  LLM_URL: {
    description:
      'OpenAI-compatible endpoint that ends in /v1/chat/completions and writes the answers; absent: answers are quotations. It is sent what users ask, PHI included',
    parse: urlOf('http:', 'https:'),
  },
  LLM_API_KEY: { description: 'Sent to LLM_URL as a bearer token', secret: true, parse: text },
  LLM_MODEL: { description: 'Model that LLM_URL is asked for', default: 'gpt-4o-mini', parse: text },
  LLM_DEADLINE_SECONDS: {
    description: 'How long LLM_URL may take for an answer; then the answer is quotations',
    default: '30',
    parse: integer(1, 600),
  },
  METRICS_ENABLED: {
    description: 'false: nothing is counted, and there is no /metrics; for benches',
    default: 'true',
    parse: oneOf('true', 'false'),
  },
  METRICS_TOKEN: {
    description: 'Bearer token of /metrics; absent: /metrics answers loopback only',
    secret: true,
    parse: atLeast(16),
  },
  ...tracingVariables,
  MAX_DOCUMENT_BYTES: {
    description: 'Largest document that an upload or import takes',
    default: '5242880',
    parse: integer(1024, 104_857_600),
  },
  LOG_LEVEL: {
    description: 'Least severe log line that is written',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  },
} as const satisfies Record<string, ConfigVariable<unknown>>
