import type { PostgresSource } from './postgres-source.js'

/**
 * What the process that starts a test run tells the processes of the test files. It goes by the environment, which is
 * also where an operator names services of his own.
 */
const names = {
  databaseUrl: 'TEST_DATABASE_URL',
  folder: 'TEST_RUN_FOLDER',
  source: 'TEST_POSTGRES_SOURCE',
} as const

/** The superuser's URL of the server that all test files share; undefined when there is none. */
export function databaseUrlOfRun(): string | undefined {
  return process.env[names.databaseUrl] || undefined
}

/** Where servers of a test's own come from, when the run has found it out. */
export function sourceOfRun(): PostgresSource | undefined {
  const text = process.env[names.source]
  return text ? (JSON.parse(text) as PostgresSource) : undefined
}

/** A folder that lives as long as the run. @throws Error outside a test run. */
export function folderOfRun(): string {
  const folder = process.env[names.folder]
  if (!folder)
    throw new Error(`${names.folder} is not set: run the tests with Vitest from the project's root`)
  return folder
}

export interface TestRun {
  readonly databaseUrl: string | undefined
  readonly source: PostgresSource | undefined
  readonly folder: string
}

export function announce(run: TestRun) {
  process.env[names.folder] = run.folder
  if (run.databaseUrl) process.env[names.databaseUrl] = run.databaseUrl
  if (run.source) process.env[names.source] = JSON.stringify(run.source)
}
