import { Socket } from 'node:net'
import type { Clock } from '@voiceassist/kernel'
import pg from 'pg'
import type { DatabaseSession } from './advice/database-session.js'
import { instrument } from './capture/instrument.js'
import type { QueryObserver } from './capture/query-record.js'
import { EmbeddedExplainer } from './plan/embedded-explainer.js'
import type { Explainer } from './plan/explainer.js'
import { type OwnConnection, ServerExplainer } from './plan/server-explainer.js'
import { ProfilerError } from './profiler-error.js'

/** How a profiler itself reaches the database whose queries it follows. */
export interface OwnAccess {
  /** Absent: there is no way to explain without being in the application's way. */
  readonly explainer: Explainer | undefined
  /** The application waits for connections. */
  isBusy(): boolean
  /** @throws ProfilerError DATABASE_UNREADABLE. */
  openSession(): Promise<DatabaseSession & { close(): Promise<void> }>
}

/** A connection of nobody else's. */
type Own = Pick<pg.Client, 'query' | 'on' | 'end'>
type Connect = () => Promise<Own>

/**
 * @param target a pool, client or pool of Knex that `instrument` takes
 * @param setUp SQL for each new connection
 */
export function ownAccess(target: object, clock: Clock, setUp: string | undefined): OwnAccess {
  const pool = target as Partial<pg.Pool>
  const isBusy = () => (pool.waitingCount ?? 0) > 0
  if (pool.options?.max === 1) return overOneConnection(target as pg.Pool, isBusy)
  const connect = connectLike(target, setUp)
  if (!connect) return { explainer: undefined, isBusy, openSession: noWay }
  return {
    explainer: new ServerExplainer({ clock, connect: connect as () => Promise<OwnConnection> }),
    isBusy,
    openSession: () => openSession(connect),
  }
}

/** A connection like those of the target; undefined when they are not of a server. */
function connectLike(target: object, setUp: string | undefined): Connect | undefined {
  if ('options' in target && 'Client' in target) return () => likeThoseOf(target as AnyPool, setUp)
  if ('client' in target || !('connectionParameters' in target)) return undefined
  const client = target as unknown as pg.Client & {
    readonly connection: { readonly stream: unknown }
    ssl: boolean
  }
  if (!(client.connection.stream instanceof Socket)) return undefined
  const { host, port, user, database, password, ssl } = client
  return async () => {
    const own = new pg.Client({ host, port, user, database, password, ssl } as pg.ClientConfig)
    own.on('error', () => {}) // the query under way fails with it
    await own.connect()
    return prepared(own, setUp)
  }
}

type AnyPool = pg.Pool & { Client: typeof pg.Client }

/**
 * Of a pool, and captured, as the application's are: V8 then compiles pg for one shape of client. With a further one it
 * looks up every access of pg to its client, in the application's queries too.
 */
async function likeThoseOf({ options, Client }: AnyPool, setUp: string | undefined): Promise<Own> {
  const pool = new pg.Pool(options) as AnyPool
  pool.Client = Client
  pool.on('error', () => {})
  instrument(pool, unfollowed)
  const client = await pool.connect().catch(async error => {
    await pool.end()
    throw error
  })
  client.on('error', () => {}) // the query under way fails with it
  let ended: Promise<void> | undefined
  const end = () => {
    if (!ended) client.release(true)
    ended ??= pool.end()
    return ended
  }
  return prepared({ query: client.query.bind(client), on: client.on.bind(client), end } as Own, setUp)
}

const unfollowed: QueryObserver = { called: () => undefined, ended() {} }

async function prepared(own: Own, setUp: string | undefined): Promise<Own> {
  try {
    if (setUp) await own.query(setUp)
    return own
  } catch (error) {
    await own.end()
    throw error
  }
}

async function openSession(connect: Connect): Promise<DatabaseSession & { close(): Promise<void> }> {
  try {
    const client = await connect()
    return {
      query: (sql, values) => client.query(sql, values as unknown[]) as never,
      close: () => client.end(),
    }
  } catch (cause) {
    throw new ProfilerError('DATABASE_UNREADABLE', 'The database does not answer', { cause })
  }
}

function overOneConnection(pool: pg.Pool, isBusy: () => boolean): OwnAccess {
  return {
    explainer: new EmbeddedExplainer({
      async borrow() {
        if (pool.idleCount === 0 || pool.waitingCount > 0) return undefined
        const client = await pool.connect()
        return { query: query => past(client, query) as never, release: () => client.release() }
      },
    }),
    isBusy,
    async openSession() {
      const client = await pool.connect().catch(cause => {
        throw new ProfilerError('DATABASE_UNREADABLE', 'The database does not answer', { cause })
      })
      return {
        query: (sql, values) => past(client, values === undefined ? sql : { text: sql, values }) as never,
        close: async () => client.release(),
      }
    },
  }
}

/** The class's own method, which is not followed. */
function past(client: pg.PoolClient, query: unknown): unknown {
  return Reflect.apply(Object.getPrototypeOf(client).query, client, [query])
}

async function noWay(): Promise<never> {
  throw new ProfilerError('DATABASE_UNREADABLE', 'There is no second connection to ask the catalog over', {
    remedy: 'Hand over a pool of more than one connection, or use voiceassist-profiler',
  })
}
