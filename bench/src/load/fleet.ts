import type { KeyValueServer, PostgresServer } from '@voiceassist/testkit'
import type { Account } from '../overhead/gateway-process.js'
import { GatewayClient } from './gateway-client.js'
import { LoadError } from './load-error.js'
import { until } from './traffic.js'
import { User } from './user.js'

/** Gateways, their users, and the servers behind them where they are the load test's own. */
export interface Fleet {
  readonly gateways: readonly GatewayClient[]
  readonly users: readonly User[]
  readonly questions: readonly string[]
  /** Absent: the gateways were running before. */
  readonly servers?: { readonly database: PostgresServer; readonly cache: KeyValueServer }
  /** Ends what was started for it. */
  close(): Promise<void>
}

/** One user in so many is an administrator, the second one first. */
const administratorEvery = 20
/** A password takes a core some tens of milliseconds, and a gateway checks two at a time. */
const loginsAtOnce = 4
const mostTries = 20
const betweenTriesMs = 1000

export function isAdministrator(number: number): boolean {
  return number % administratorEvery === 1
}

/** @throws LoadError LOAD_NOT_READY when one cannot log in. */
export async function loggedIn(
  accounts: readonly Account[],
  gateways: readonly GatewayClient[],
  signal: AbortSignal,
): Promise<User[]> {
  const users = accounts.map((account, at) => new User(at, account, isAdministrator(at), gateways))
  const waiting = [...users]
  await Promise.all(
    Array.from({ length: loginsAtOnce }, async () => {
      for (let user = waiting.shift(); user && !signal.aborted; user = waiting.shift()) {
        for (const action of ['log in', 'list sessions'] as const) await made(user, action, signal)
      }
    }),
  )
  return users
}

/** A gateway that is too busy is asked again: on a machine with much to do it is, just after its start. */
async function made(user: User, action: 'log in' | 'list sessions', signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { status, code } = await user.perform({ action, question: '', which: 0 })
    if (code === undefined || signal.aborted) return
    if (status !== 503 || tries === mostTries)
      throw new LoadError('LOAD_NOT_READY', `A user could not ${action}: ${status} ${code}`)
    await until(performance.now() + betweenTriesMs, signal)
  }
}

export function clientsOf(urls: readonly string[]): GatewayClient[] {
  return urls.map(url => new GatewayClient(url))
}
