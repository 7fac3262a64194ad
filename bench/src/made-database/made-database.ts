import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { systemClock } from '@voiceassist/kernel'
import pg from 'pg'
import { say } from '../common/say.js'
import { fillDatabase } from './fill-database.js'
import { type TableSizes, tableSizes } from './table-sizes.js'

/** Raised when the rows become others. */
const version = 1

export interface MadeDatabase {
  readonly url: string
  readonly scale: number
  readonly sizes: TableSizes
}

/**
 * The gateway's tables with made-up rows on a server, made unless they are there: the same rows at every run.
 * @param scale 1: five million messages
 * @throws Error when a database of that name is not the bench's
 */
export async function madeDatabase(server: string, scale: number): Promise<MadeDatabase> {
  const name = `voiceassist_bench_${version}_${String(scale).replace('.', '_')}`
  const url = databaseUrl(server, name)
  const sizes = tableSizes(scale)
  const administrator = await connect(server)
  try {
    const found = await administrator.query('select from pg_database where datname = $1', [name])
    const state = found.rowCount === 0 ? 'absent' : await stateOf(url)
    if (state === 'foreign')
      throw new Error(`The database ${name} is there and not of this bench: drop it, or name another server`)
    if (state === 'made') return { url, scale, sizes }
    if (state === 'unfinished') await administrator.query(`drop database ${name} with (force)`)
    const startedAt = performance.now()
    await administrator.query(`create database ${name} template template0`)
    await fillDatabase(url, sizes)
    say(`rows of scale ${scale} made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
    return { url, scale, sizes }
  } finally {
    await administrator.end()
  }
}

/** As the gateway opens it, with one connection that stays. */
export function openAlone({ url }: Pick<MadeDatabase, 'url'>): Promise<OpenDatabase> {
  return openDatabase({ url, limits: { ...defaultPoolLimits, size: 1, maxOverflow: 0 }, clock: systemClock })
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // of a server that is restarted
  await client.connect()
  return client
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function stateOf(url: string): Promise<'made' | 'unfinished' | 'foreign'> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ made: boolean; begun: boolean }>(
      `select to_regclass('bench.made') is not null as made, to_regnamespace('bench') is not null as begun`,
    )
    return rows[0]!.made ? 'made' : rows[0]!.begun ? 'unfinished' : 'foreign'
  } finally {
    await client.end()
  }
}
