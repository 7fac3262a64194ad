import { seededRandom } from '@voiceassist/testkit'
import pg from 'pg'
import { say, sayProgress } from '../../common/say.js'
import {
  createHelpers,
  createTables,
  fillOrders,
  fillStatements,
  primaryKeys,
  sentences,
  type TableSizes,
  tableNames,
} from './tables.js'
import { words } from './words.js'

/** Raised when the data of a seed become others. */
const version = 1
const seed = 7

/** The URL of a database with data of this scale (1: six million lines), made on the server at `url` unless it is there. */
export async function tpchDatabase(url: string, scale: number): Promise<string> {
  const name = `tpch_${version}_${String(scale).replace('.', '_')}`
  const administrator = await connect(url)
  try {
    const found = await administrator.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount === 0) {
      const startedAt = performance.now()
      const building = `${name}_unfinished`
      await administrator.query(`drop database if exists ${building} with (force)`)
      await administrator.query(`create database ${building}`)
      await fill(databaseUrl(url, building), scale)
      await administrator.query(`alter database ${building} rename to ${name}`)
      say(`data of scale ${scale} made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
    }
  } finally {
    await administrator.end()
  }
  return databaseUrl(url, name)
}

export function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function fill(url: string, scale: number): Promise<void> {
  const sizes: TableSizes = {
    suppliers: Math.round(10_000 * scale),
    customers: Math.round(150_000 * scale),
    parts: Math.round(200_000 * scale),
    orders: Math.round(1_500_000 * scale),
  }
  const keys = {
    region: 5,
    nation: 25,
    supplier: sizes.suppliers,
    customer: sizes.customers,
    part: sizes.parts,
    partsupp: sizes.parts,
    lineitem: sizes.orders,
  }
  const client = await connect(url)
  const other = await connect(url)
  try {
    await client.query(`create extension if not exists hypopg; ${createHelpers(seed)}`)
    await client.query(
      'insert into gen.sentence select * from unnest($1::int[], $2::text[])',
      madeSentences(),
    )
    await client.query('analyze gen.sentence')
    await client.query(createTables)
    const statements = fillStatements(sizes)
    const fillTable = async (table: keyof typeof keys, connection: pg.Client, step: number) => {
      // Nothing is written ahead of a table that its own transaction emptied, at wal_level=minimal.
      await connection.query(`begin; truncate ${table}`)
      for (let from = 1; from <= keys[table]; from += step) {
        await connection.query(statements[table], [from, Math.min(from + step - 1, keys[table])])
        sayProgress(`${table}: ${Math.min(from + step - 1, keys[table])} of ${keys[table]} keys`)
      }
      await connection.query('commit')
    }
    await Promise.all([
      fillTable('lineitem', client, 25_000),
      (async () => {
        for (const table of ['region', 'nation', 'supplier', 'customer', 'part', 'partsupp'] as const)
          await fillTable(table, other, 25_000)
      })(),
    ])
    sayProgress('orders')
    await client.query(`begin; set local work_mem = '1GB'; truncate orders; ${fillOrders(sizes)}; commit`)
    await client.query("set maintenance_work_mem = '1GB'")
    for (const table of tableNames) {
      sayProgress(`primary key of ${table}`)
      await client.query(`alter table ${table} add primary key (${primaryKeys[table]})`)
    }
    await client.query('drop schema gen cascade')
    sayProgress('vacuum and statistics')
    await client.query('vacuum (freeze, analyze)')
    sayProgress('')
  } finally {
    await Promise.all([client.end(), other.end()])
  }
}

/** Of 200 letters or more, so that a comment of any length can be cut from one. */
function madeSentences(): [number[], string[]] {
  const random = seededRandom(seed)
  const sentence = () => {
    let text = ''
    while (text.length < 200) text += `${words.sentence[Math.floor(random() * words.sentence.length)]} `
    return text
  }
  return [Array.from({ length: sentences }, (_, id) => id), Array.from({ length: sentences }, sentence)]
}
