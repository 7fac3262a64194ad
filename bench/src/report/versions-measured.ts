import { readFile } from 'node:fs/promises'
import { startPostgres, startRedis, startValkey } from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import pg from 'pg'
import { versions } from '../cache/report.js'

/** Of Node, of the services that the suites start, and of the packages that they use and compare. */
export async function versionsMeasured(): Promise<Record<string, string>> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { dependencies } = JSON.parse(manifest) as { readonly dependencies: object }
  const packages = Object.keys(dependencies).filter(name => !name.startsWith('@voiceassist/'))
  const { node, ...others } = await versions([...packages, '@electric-sql/pglite'])
  return {
    node: node as string,
    ...(await unlessAbsent('postgresql', postgresVersion)),
    ...(await unlessAbsent('redis', async () => keyValueVersion(await startRedis(), 'redis_version'))),
    ...(await unlessAbsent('valkey', async () => keyValueVersion(await startValkey(), 'valkey_version'))),
    ...others,
  }
}

/** The suites say themselves what it means that a service cannot be had. */
async function unlessAbsent(name: string, version: () => Promise<string>): Promise<Record<string, string>> {
  try {
    return { [name]: await version() }
  } catch {
    return {}
  }
}

async function postgresVersion(): Promise<string> {
  const server = await startPostgres()
  const client = new pg.Client(server.url)
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return rows[0]!.server_version
  } finally {
    await client.end()
    await server.close()
  }
}

async function keyValueVersion(
  server: Awaited<ReturnType<typeof startRedis>>,
  field: string,
): Promise<string> {
  const client = new Redis(server.url)
  try {
    return new RegExp(`^${field}:(.*)$`, 'm').exec(await client.info('server'))![1]!.trim()
  } finally {
    client.disconnect()
    await server.close()
  }
}
