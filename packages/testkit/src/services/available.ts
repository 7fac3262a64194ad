import { databaseUrlOfRun, keyValueUrlOfRun, sourceOfRun } from './test-run.js'

/** True when the run has a PostgreSQL server that test files share. */
export function hasServer(): boolean {
  return databaseUrlOfRun() !== undefined
}

/** True when a test can start a PostgreSQL server of its own. */
export function canStartPostgres(): boolean {
  return sourceOfRun('postgres') !== undefined
}

/** True when a test can start a Redis server of its own. */
export function canStartRedis(): boolean {
  return sourceOfRun('redis') !== undefined
}

/** True when a test can start a Valkey server, or a cluster of them, of its own. */
export function canStartValkey(): boolean {
  return sourceOfRun('valkey') !== undefined
}

/** True when a test can start a Prometheus, and run promtool. */
export function hasPrometheus(): boolean {
  return sourceOfRun('prometheus') !== undefined
}

/** True when `borrowRedis` has one to give. */
export function hasRedis(): boolean {
  return canStartRedis() || keyValueUrlOfRun('redis') !== undefined
}

/** True when `borrowValkey` has one to give. */
export function hasValkey(): boolean {
  return canStartValkey() || keyValueUrlOfRun('valkey') !== undefined
}
