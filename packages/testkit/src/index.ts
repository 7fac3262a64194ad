export { type ChaosPlan, type ChaosScript, type ChaosStep, withChaos } from './chaos.js'
export { type ChatCall, type ChatReply, type ChatServer, saying, startChatServer } from './chat-server.js'
export { describeDatabases } from './database/describe-databases.js'
export {
  type DatabaseKind,
  type TempDatabase,
  type TempDatabaseOptions,
  tempDatabase,
} from './database/temp-database.js'
export type { DatabaseLocation, EmbedderFacts } from './database/template.js'
export { type EmbeddingsServer, startEmbeddingsServer } from './embeddings-server.js'
export { eventually } from './eventually.js'
export { FakeClock } from './fake-clock.js'
export { type Gate, gate } from './gate.js'
export { createHashingEmbedder } from './hashing-embedder.js'
export { type PackedPackage, type PackedProject, packedProject } from './packed-project.js'
export { seededRandom, testSeed } from './seeded-random.js'
export {
  canStartPostgres,
  canStartRedis,
  canStartValkey,
  hasPrometheus,
  hasRedis,
  hasServer,
  hasValkey,
} from './services/available.js'
export type { KeyValueOptions, KeyValueServer } from './services/key-value-server.js'
export type { PostgresOptions, PostgresServer, StopMode } from './services/postgres-server.js'
export {
  type PrometheusOptions,
  type PrometheusSeries,
  type PrometheusServer,
  runPromtool,
  startPrometheus,
} from './services/prometheus.js'
export { ServiceUnavailable } from './services/service-source.js'
export {
  type BorrowedServer,
  borrowRedis,
  borrowValkey,
  startRedis,
  startValkey,
} from './services/start-key-value.js'
export { startPostgres } from './services/start-postgres.js'
export { chromiumOfRun } from './services/test-run.js'
export { type ClusterOptions, startValkeyCluster, type ValkeyCluster } from './services/valkey-cluster.js'
