import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddingsServer, startPostgres, startValkey } from '@voiceassist/testkit'
import pg from 'pg'
import { say } from '../common/say.js'
import type { CacheStrategy } from '../overhead/cache-strategy.js'
import { startGateway } from '../overhead/gateway-process.js'
import { fillDatabase } from './fill-database.js'
import { clientsOf, type Fleet, loggedIn } from './fleet.js'
import type { LoadOptions } from './options.js'
import { readQuestions } from './questions.js'

/** Servers with a filled database, on which fleets of gateways are started. */
export interface LoadServers {
  /** The first fleet gets the database; each one that is given a strategy a copy of what it was at first, and an empty cache. */
  startFleet(signal: AbortSignal, strategy?: CacheStrategy): Promise<Fleet>
  close(): Promise<void>
}

/** What a gateway may open, and what others need besides. */
const connectionsEach = 62

export async function startLoadServers(options: LoadOptions): Promise<LoadServers> {
  const { gateways, users, data, output } = options
  const { questions, corpus } = await readQuestions(data)
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'voiceassist-load-'))
    opened.push(() => rm(folder, { recursive: true, force: true }))
    await mkdir(output, { recursive: true })
    const embeddings = await startEmbeddingsServer()
    opened.push(() => embeddings.close())
    const database = await startPostgres({ settings: { max_connections: 50 + gateways * connectionsEach } })
    opened.push(() => database.close())
    const cache = await startValkey()
    opened.push(() => cache.close())
    say('filling the database')
    const accounts = await fillDatabase(database.url, users, corpus)
    const secret = () => randomBytes(32).toString('base64')
    const environment = {
      ...embeddings.environment,
      REDIS_URL: cache.url,
      TOKEN_SECRET: secret(),
      TENANT_KEY: secret(),
      AUDIT_HMAC_KEY: secret(),
      CACHE_ENCRYPTION_KEYS: `load:${secret()}`,
      // Each user has an address, as behind a proxy: limits are by address.
      TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'warn',
    }

    const startFleet = async (signal: AbortSignal, strategy?: CacheStrategy): Promise<Fleet> => {
      const url = strategy === undefined ? database.url : await copied(database.url, strategy)
      const started: (() => Promise<unknown>)[] = []
      const end = async () => {
        for (const each of started.splice(0).reverse()) await each()
      }
      opened.push(end)
      try {
        const urls: string[] = []
        for (let at = 0; at < gateways; at++) {
          const name = `gateway${strategy === undefined ? `-${at + 1}` : `-${strategy.replace(' ', '-')}`}`
          const log = openSync(join(output, `${name}.log`), 'w')
          const gateway = await startGateway(
            { ...environment, DATABASE_URL: url, DATA_DIR: join(folder, name) },
            { strategy, log },
          ).finally(() => closeSync(log))
          started.push(() => gateway.end())
          urls.push(gateway.url)
        }
        const clients = clientsOf(urls)
        started.push(() => Promise.all(clients.map(client => client.close())))
        const fleet = { gateways: clients, questions, servers: { database, cache }, close: end }
        return { ...fleet, users: await loggedIn(accounts, clients, signal) }
      } catch (error) {
        await end()
        throw error
      }
    }
    return { startFleet, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Another database on the server, as the first one is before a gateway has been on it. */
async function copied(url: string, strategy: string): Promise<string> {
  const own = new URL(url)
  const name = `load_${strategy.toLowerCase().replaceAll(' ', '_')}`
  const template = own.pathname.slice(1)
  own.pathname = '/template1'
  const client = new pg.Client({ connectionString: own.href })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${template}`)
  } finally {
    await client.end()
  }
  own.pathname = `/${name}`
  return own.href
}
