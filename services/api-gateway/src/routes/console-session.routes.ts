import { type ConsoleSession, consoleSession, loginRequest, noBody, noQuery } from '@voiceassist/api-contract'
import type { Clock } from '@voiceassist/kernel'
import { decodeJwt } from 'jose'
import { Type } from 'typebox'
import type { Actor } from '../audit/actor.js'
import { GatewayError } from '../errors.js'
import { clearConsoleCookies, refreshCookie, setConsoleCookies } from '../plugins/console-cookies.js'
import { atMost } from '../plugins/rate-limit.js'
import { actorOf } from '../plugins/request-actor.js'
import { accessToken, principalOf } from '../plugins/route-access.js'
import type { AuthService } from '../services/accounts/auth.service.js'
import type { Login } from '../services/accounts/begin-login.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'
import type { User } from '../services/accounts/user.js'
import { refreshesPerLogin } from './auth.routes.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['console']

export interface ConsoleSessionOptions {
  readonly auth: AuthService
  readonly clock: Clock
  readonly loginsPerMinute: number
}

/** The logins of the console, whose tokens no script of its page can read. */
export const consoleSessionRoutes: RoutePlugin<ConsoleSessionOptions> = async (
  app,
  { auth, clock, loginsPerMinute },
) => {
  const viewOf = (login: Login) => view(login.user, clock.now() + 1000 * login.expiresInSeconds)

  app.post(
    '/session',
    {
      config: { access: 'console', rateLimit: atMost(loginsPerMinute) },
      schema: {
        tags,
        summary: 'Sign in to the console',
        description: 'For administrators. The tokens are in cookies.',
        querystring: noQuery,
        body: loginRequest,
        response: { 200: consoleSession },
      },
    },
    async (request, reply) => {
      const { email, password } = request.body
      const login = await auth.login(actorOf(request), email, password, 'admin')
      setConsoleCookies(reply, login)
      return viewOf(login)
    },
  )

  app.get(
    '/session',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Who is signed in to the console',
        querystring: noQuery,
        response: { 200: consoleSession },
      },
    },
    async request => {
      const user = await auth.me(principalOf(request).userId)
      return view(user, 1000 * (decodeJwt(accessToken(request)).exp ?? 0))
    },
  )

  app.post(
    '/session/refresh',
    {
      config: { access: 'console', rateLimit: atMost(loginsPerMinute * refreshesPerLogin) },
      schema: {
        tags,
        summary: 'Stay signed in to the console',
        description:
          'Exchanges the refresh cookie for the next, and renews the access cookie. A cookie that comes a second time ends its login: pages of one browser take turns.',
        querystring: noQuery,
        body: noBody,
        response: { 200: consoleSession },
      },
    },
    async (request, reply) => {
      const login = await refreshed(actorOf(request), refreshCookie(request)).catch((error: unknown) => {
        if (isUnauthenticated(error)) clearConsoleCookies(reply)
        throw error
      })
      setConsoleCookies(reply, login)
      return viewOf(login)
    },
  )

  app.delete(
    '/session',
    {
      config: { access: 'console' },
      schema: {
        tags,
        summary: 'Sign out of the console',
        description: 'Ends the login of the cookies, if there is one.',
        querystring: noQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const principal = await signedIn(request).catch((error: unknown) => {
        if (!isUnauthenticated(error)) throw error
      })
      if (principal) await auth.logout({ ...actor, ...principal }, principal.sessionId)
      clearConsoleCookies(reply)
      return reply.status(204).send(null)

      /** The access cookie may have ended before the login. */
      async function signedIn(by: typeof request): Promise<Principal> {
        try {
          return await auth.verify(accessToken(by))
        } catch (error) {
          if (!isUnauthenticated(error)) throw error
          const login = await refreshed(actor, refreshCookie(by))
          return auth.verify(login.accessToken)
        }
      }
    },
  )

  async function refreshed(actor: Actor, refreshToken: string | undefined): Promise<Login> {
    if (refreshToken === undefined)
      throw new GatewayError('UNAUTHENTICATED', 'The request carries no refresh cookie')
    return auth.refresh(actor, refreshToken)
  }
}

function view({ id, email, role }: User, expiresAtMs: number): ConsoleSession {
  return { user: { id, email, role }, expiresAt: new Date(expiresAtMs).toISOString() }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'UNAUTHENTICATED'
}
