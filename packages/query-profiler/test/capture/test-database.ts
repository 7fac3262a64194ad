import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { type DatabaseKind, tempDatabase } from '@voiceassist/testkit'
import type { ClientConfig, PoolConfig } from 'pg'

export interface TestDatabase {
  readonly config: ClientConfig & PoolConfig
  close(): Promise<void>
}

/** An empty database: PGlite in memory behind its adapter for pg, or one on the server. */
export async function testDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === 'pglite') {
    const pglite = await PGlite.create()
    return {
      get config() {
        return { ...createPgConfig(pglite), max: 1 } as unknown as PoolConfig
      },
      close: () => pglite.close(),
    }
  }
  const temp = await tempDatabase({ kind, migrated: false })
  const { url } = temp.location as { url: string }
  return { config: { connectionString: url }, close: () => temp.close() }
}
