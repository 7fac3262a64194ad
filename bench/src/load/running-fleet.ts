import { randomBytes } from 'node:crypto'
import { say } from '../common/say.js'
import type { Account } from '../overhead/gateway-process.js'
import { clientsOf, type Fleet, isAdministrator, loggedIn } from './fleet.js'
import type { Answer, GatewayClient } from './gateway-client.js'
import { LoadError } from './load-error.js'
import type { LoadOptions } from './options.js'
import { readQuestions } from './questions.js'

/** Of who makes the users of gateways that are running. */
export interface Administrator {
  readonly email: string | undefined
  readonly password: string | undefined
}

const administratorsAddress = '10.255.255.254'

/** Users of running gateways, made by an administrator and deleted by `close`. @throws LoadError LOAD_NOT_READY */
export async function openRunningFleet(
  { urls, users, data }: LoadOptions,
  { email, password }: Administrator,
  signal: AbortSignal,
): Promise<Fleet> {
  if (!email || !password)
    throw new LoadError('LOAD_NOT_READY', 'Who may make the users of a running gateway is not known', {
      field: 'LOAD_ADMIN_EMAIL',
      remedy: 'Set LOAD_ADMIN_EMAIL and LOAD_ADMIN_PASSWORD to those of an administrator',
    })
  const { questions } = await readQuestions(data)
  const gateways = clientsOf(urls)
  const [first] = gateways as [GatewayClient]
  const ids: string[] = []
  let token: string | undefined
  const ask = async (method: 'POST' | 'DELETE', path: string, body?: object) =>
    took(
      await first.ask({ method, path, address: administratorsAddress, token, ...(body ? { body } : {}) }),
      path,
    )
  const logIn = async () => {
    const login = await ask('POST', '/api/auth/login', { email, password })
    token = (JSON.parse(login) as { readonly accessToken: string }).accessToken
  }
  const close = async () => {
    // The token of the beginning may have come to its end.
    if (ids.length > 0) await logIn().catch(error => say(`not logged in: ${error.message}`))
    for (const id of ids.splice(0))
      await ask('DELETE', `/api/admin/users/${id}`).catch(error => say(`not deleted: ${error.message}`))
    await Promise.all(gateways.map(gateway => gateway.close()))
  }
  try {
    await logIn()
    const run = randomBytes(4).toString('hex')
    const shared = randomBytes(12).toString('base64url')
    const accounts: Account[] = []
    for (let at = 0; at < users && !signal.aborted; at++) {
      const account = { email: `load-${run}-${at}@example.org`, password: shared }
      const role = isAdministrator(at) ? 'admin' : 'user'
      const made = await ask('POST', '/api/admin/users', { ...account, role })
      ids.push((JSON.parse(made) as { readonly id: string }).id)
      accounts.push(account)
    }
    return { gateways, questions, users: await loggedIn(accounts, gateways, signal), close }
  } catch (error) {
    await close()
    throw error
  }
}

function took({ status, code, text }: Answer, path: string): string {
  if (code === undefined) return text
  throw new LoadError('LOAD_NOT_READY', `${path} answered ${status} ${code}`, {
    field: 'url',
    remedy: 'Give the address of a gateway that runs, with TRUSTED_PROXIES=127.0.0.1',
  })
}
