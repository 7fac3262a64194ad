import type { KeyValueKind } from './key-value-server.js'
import type { ServiceSource } from './service-source.js'

/**
 * What the process that starts a test run tells the processes of the test files. It goes by the environment, which is
 * also where an operator names services of his own.
 */
const names = {
  databaseUrl: 'TEST_DATABASE_URL',
  keyValueUrl: { redis: 'TEST_REDIS_URL', valkey: 'TEST_VALKEY_URL' },
  folder: 'TEST_RUN_FOLDER',
  chromium: 'TEST_CHROMIUM',
  source: {
    postgres: 'TEST_POSTGRES_SOURCE',
    redis: 'TEST_REDIS_SOURCE',
    valkey: 'TEST_VALKEY_SOURCE',
    prometheus: 'TEST_PROMETHEUS_SOURCE',
  },
} as const

export type Service = 'postgres' | 'prometheus' | KeyValueKind
export type Sources = Readonly<Record<Service, ServiceSource | undefined>>

/** The superuser's URL of the server that all test files share; undefined when there is none. */
export function databaseUrlOfRun(): string | undefined {
  return process.env[names.databaseUrl] || undefined
}

/** The URL of a Redis or Valkey server that an operator lends to the tests. */
export function keyValueUrlOfRun(kind: KeyValueKind): string | undefined {
  return process.env[names.keyValueUrl[kind]] || undefined
}

/** Where servers of a test's own come from, when the run has found it out. */
export function sourceOfRun(service: Service): ServiceSource | undefined {
  const text = process.env[names.source[service]]
  return text ? (JSON.parse(text) as ServiceSource) : undefined
}

/** Path of the browser for the tests; undefined when there is none. */
export function chromiumOfRun(): string | undefined {
  return process.env[names.chromium] || undefined
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
  readonly sources: Sources
  readonly chromium: string | undefined
  readonly folder: string
}

export function announce(run: TestRun) {
  process.env[names.folder] = run.folder
  if (run.chromium) process.env[names.chromium] = run.chromium
  if (run.databaseUrl) process.env[names.databaseUrl] = run.databaseUrl
  for (const [service, source] of Object.entries(run.sources)) {
    if (source) process.env[names.source[service as Service]] = JSON.stringify(source)
  }
}
