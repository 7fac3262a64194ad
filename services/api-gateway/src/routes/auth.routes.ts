import {
  changePasswordRequest,
  type LoginAnswer,
  loginAnswer,
  loginRequest,
  noBody,
  noQuery,
  refreshRequest,
  registerAnswer,
  registerRequest,
  type User as UserView,
  user,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { atMost } from '../plugins/rate-limit.js'
import { actorOf, userActorOf } from '../plugins/request-actor.js'
import { principalOf } from '../plugins/route-access.js'
import type { AuthService } from '../services/accounts/auth.service.js'
import type { Login } from '../services/accounts/begin-login.js'
import type { User } from '../services/accounts/user.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['auth']

/** A clinic behind one address logs in once a day, and refreshes every quarter of an hour. */
export const refreshesPerLogin = 30

export interface AuthRoutesOptions {
  readonly auth: AuthService
  readonly loginsPerMinute: number
}

export const authRoutes: RoutePlugin<AuthRoutesOptions> = async (app, { auth, loginsPerMinute }) => {
  const asOftenAsLogins = { rateLimit: atMost(loginsPerMinute) }

  app.post(
    '/register',
    {
      config: { access: 'public', ...asOftenAsLogins },
      schema: {
        tags,
        summary: 'Make an account of one’s own',
        description:
          'Only while the flag registration_open is on. The answer does not say whether the e-mail had an account already.',
        querystring: noQuery,
        body: registerRequest,
        response: { 202: registerAnswer },
      },
    },
    async (request, reply) => {
      await auth.register(actorOf(request), request.body)
      return reply
        .status(202)
        .send({ message: 'There is an account of this e-mail; if it is a new one, log in to it now' })
    },
  )

  app.post(
    '/login',
    {
      config: { access: 'public', ...asOftenAsLogins },
      schema: {
        tags,
        summary: 'Log in',
        description: 'An unknown e-mail, a wrong password and a disabled account get the same answer.',
        querystring: noQuery,
        body: loginRequest,
        response: { 200: loginAnswer },
      },
    },
    async request => loginView(await auth.login(actorOf(request), request.body.email, request.body.password)),
  )

  app.post(
    '/refresh',
    {
      config: { access: 'public', rateLimit: atMost(loginsPerMinute * refreshesPerLogin) },
      schema: {
        tags,
        summary: 'Go on with a login',
        description:
          'Exchanges the refresh token for the next one and an access token. A token that comes a second time ends its login.',
        querystring: noQuery,
        body: refreshRequest,
        response: { 200: loginAnswer },
      },
    },
    async request => loginView(await auth.refresh(actorOf(request), request.body.refreshToken)),
  )

  app.post(
    '/logout',
    {
      config: { access: 'user' },
      schema: {
        tags,
        summary: 'End this login',
        querystring: noQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await auth.logout(userActorOf(request), principalOf(request).sessionId)
      return reply.status(204).send(null)
    },
  )

  app.get(
    '/me',
    {
      config: { access: 'user' },
      schema: { tags, summary: 'Who the token belongs to', querystring: noQuery, response: { 200: user } },
    },
    async request => userView(await auth.me(principalOf(request).userId)),
  )

  app.post(
    '/change-password',
    {
      config: { access: 'user', ...asOftenAsLogins },
      schema: {
        tags,
        summary: 'Change one’s own password',
        description: 'Ends all logins of the account, this one too; the answer is a new one.',
        querystring: noQuery,
        body: changePasswordRequest,
        response: { 200: loginAnswer },
      },
    },
    async request =>
      loginView(
        await auth.changePassword(userActorOf(request), principalOf(request).sessionId, request.body),
      ),
  )
}

function loginView(login: Login): LoginAnswer {
  return {
    accessToken: login.accessToken,
    tokenType: 'Bearer',
    expiresIn: login.expiresInSeconds,
    refreshToken: login.refreshToken,
    refreshExpiresIn: login.refreshExpiresInSeconds,
    role: login.user.role,
    user: userView(login.user),
  }
}

export function userView({ id, email, fullName, role, createdAt, lastLogin }: User): UserView {
  return {
    id,
    email,
    fullName,
    role,
    createdAt: createdAt.toISOString(),
    lastLogin: lastLogin?.toISOString() ?? null,
  }
}
