import pg from 'pg'
import { ProfilerError } from '../profiler-error.js'

export interface ConnectOptions {
  /** Absent: PGHOST and its like. */
  readonly url: string | undefined
  /** False: indexes may be built in it. */
  readonly readOnly: boolean
  /** Cancels what is under way. */
  readonly signal: AbortSignal
}

const timeoutMs = 10_000

/** @throws ProfilerError DATABASE_UNREADABLE, PROFILER_OPTION_INVALID; the reason of the signal */
export async function connect(options: ConnectOptions): Promise<pg.Client> {
  const { url, readOnly, signal } = options
  signal.throwIfAborted()
  const client = clientOf(url)
  let isConnected = false
  const stop = () => {
    if (isConnected) void cancel(url, client)
    else (client as unknown as { connection: pg.Connection }).connection.stream.destroy()
  }
  signal.addEventListener('abort', stop)
  client.once('end', () => signal.removeEventListener('abort', stop))
  try {
    await client.connect()
    isConnected = true
    if (readOnly) await client.query('set default_transaction_read_only = on')
    return client
  } catch (error) {
    await client.end().catch(() => {})
    signal.throwIfAborted()
    throw unreadable(error, client)
  }
}

function clientOf(url: string | undefined): pg.Client {
  try {
    const client = new pg.Client({
      ...(url === undefined ? {} : { connectionString: url }),
      application_name: 'voiceassist-profiler',
      connectionTimeoutMillis: timeoutMs,
    })
    client.on('error', () => {}) // the query under way fails with it
    return client
  } catch {
    throw new ProfilerError('PROFILER_OPTION_INVALID', 'The URL of a database cannot be read', {
      field: 'url',
      remedy:
        'Write it as postgres://user@host:5432/database, signs such as # or / in a password as %23 or %2F',
    })
  }
}

/** The server is told to stop by another connection; should that fail, the time-outs end what is under way. */
async function cancel(url: string | undefined, { processID }: pg.Client & { processID?: number }) {
  const other = clientOf(url)
  try {
    await other.connect()
    await other.query('select pg_cancel_backend($1)', [processID])
  } catch {
    // Nothing stays in the database without it, either.
  } finally {
    await other.end().catch(() => {})
  }
}

type Words = readonly [message: string, remedy: string]

/** What the server or the network says about a login holds no value of a query; its code says it more clearly. */
function unreadable(error: unknown, { host, port, user = '', database = '' }: pg.Client): ProfilerError {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  const found = `${host || 'localhost'}:${port}`
  const known: Readonly<Record<string, Words>> = {
    ECONNREFUSED: [
      `Nothing listens on ${found}`,
      'Check host and port, and that the server runs and takes connections from here',
    ],
    ENOENT: [`There is no socket of a server in ${host}`, 'Check the host, and that the server runs'],
    ENOTFOUND: [`There is no host ${host}`, 'Check the name of the host'],
    EAI_AGAIN: [`The name ${host} cannot be looked up now`, 'Check the name of the host, and the network'],
    '28P01': [
      `${found} refuses the password of ${user}`,
      'Check user and password (PGPASSWORD, ~/.pgpass or the URL)',
    ],
    '28000': [`${found} does not let ${user} in`, 'Check the user, and pg_hba.conf of the server'],
    '3D000': [`${found} has no database ${database}`, 'Check the end of the URL, or PGDATABASE'],
    '42501': [`${user} may not connect to ${database}`, `GRANT CONNECT ON DATABASE … TO ${user}`],
    '53300': [`${found} has no connection left`, 'Try again later, or as a superuser'],
    '57P03': [`${found} is starting or stopping`, 'Try again in a moment'],
  }
  const timedOut = /timeout/i.test(message) || code === 'ETIMEDOUT'
  const [words, remedy] =
    known[code] ??
    (timedOut
      ? [`${found} did not answer within ${timeoutMs / 1000} s`, 'Check host and port, and the firewall']
      : /client password must be/.test(message)
        ? [
            `${found} asks for the password of ${user}, and none was given`,
            'Give it by PGPASSWORD or ~/.pgpass',
          ]
        : [
            `The database at ${found} cannot be used: ${message || code}`,
            'Check the URL, and that the login may connect',
          ])
  return new ProfilerError('DATABASE_UNREADABLE', words, { remedy })
}
