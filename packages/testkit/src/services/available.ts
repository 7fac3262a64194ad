import { databaseUrlOfRun, sourceOfRun } from './test-run.js'

/** True when the run has a PostgreSQL server that test files share. */
export function hasServer(): boolean {
  return databaseUrlOfRun() !== undefined
}

/** True when a test can start a PostgreSQL server of its own. */
export function canStartPostgres(): boolean {
  return sourceOfRun() !== undefined
}
