import type { Versions } from '../common/write-results.js'
import { connect } from './made-database.js'

export async function serverVersions(url: string): Promise<Versions> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ postgresql: string; pgvector: string }>(
      `select current_setting('server_version') as postgresql,
        (select extversion from pg_extension where extname = 'vector') as pgvector`,
    )
    return { node: process.version, ...rows[0]! }
  } finally {
    await client.end()
  }
}
