import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import pg from 'pg'
import { databaseUrlOfRun, folderOfRun } from '../services/test-run.js'
import { type EmbedderFacts, grantRole, migrateTemplate, type ThrowAway } from './template.js'

/** Any number: it keeps the processes of a run from making one template twice. */
const templateLock = 8_306_500
/** Roles outlive their databases; each begins so and ends with the database's name. */
const gatewayRoles = 'voiceassist_gateway_'

/** A database on the run's server, migrated for `embedder`, or empty. */
export async function copyOnServer(embedder: EmbedderFacts | undefined): Promise<ThrowAway> {
  return asAdministrator(async client => {
    const template = embedder ? await migratedTemplate(client, embedder) : 'template0'
    const name = `${prefixOfRun()}${randomBytes(6).toString('hex')}`
    await client.query(`create database "${name}" template "${template}"`)
    const url = urlOf(name)
    if (embedder) await grantRole({ url })
    return { location: { url }, environment: { DATABASE_URL: url }, remove: () => drop(name) }
  })
}

/** Drops what the run has left on a server that outlives it. */
export async function dropDatabasesOfRun(): Promise<void> {
  await asAdministrator(async client => {
    const named = async (statement: string, prefix: string) =>
      (await client.query<{ name: string }>(statement, [prefix])).rows.map(row => row.name)
    const databases = 'select datname as name from pg_database where starts_with(datname, $1)'
    for (const name of await named(databases, prefixOfRun()))
      await client.query(`drop database if exists "${name}" with (force)`)
    const roles = 'select rolname as name from pg_roles where starts_with(rolname, $1)'
    for (const name of await named(roles, `${gatewayRoles}${prefixOfRun()}`))
      await client.query(`drop role "${name}"`)
  })
}

async function migratedTemplate(client: pg.Client, embedder: EmbedderFacts): Promise<string> {
  const name = `${prefixOfRun()}template_${embedder.model}_${embedder.dimensions}`
  await client.query('select pg_advisory_lock($1)', [templateLock])
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) {
      const unfinished = `${prefixOfRun()}unfinished_${randomBytes(6).toString('hex')}`
      await client.query(`create database "${unfinished}" template template0`)
      await migrateTemplate({ url: urlOf(unfinished) }, embedder)
      await client.query(`alter database "${unfinished}" rename to "${name}"`)
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [templateLock])
  }
  return name
}

/** Tells the databases of this run from those of another one on the same server. */
function prefixOfRun(): string {
  return `va_${basename(folderOfRun()).slice(-6).toLowerCase()}_`
}

function urlOf(database: string): string {
  const url = new URL(serverUrl())
  url.pathname = `/${database}`
  return url.href
}

function serverUrl(): string {
  const url = databaseUrlOfRun()
  if (!url) throw new Error('This test run has no PostgreSQL server; use describeDatabases, or hasServer()')
  return url
}

async function drop(database: string): Promise<void> {
  await asAdministrator(async client => {
    await client.query(`drop database if exists "${database}" with (force)`)
    await client.query(`drop role if exists "${gatewayRoles}${database}"`)
  })
}

async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl() })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
