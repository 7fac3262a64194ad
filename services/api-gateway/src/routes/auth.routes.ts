import { loginAnswer, loginRequest, noQuery, type User as UserView, user } from '@voiceassist/api-contract'
import { atMost } from '../plugins/rate-limit.js'
import { principalOf } from '../plugins/route-access.js'
import type { AuthService } from '../services/auth.service.js'
import type { User } from '../services/auth-accounts.service.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['auth']

export interface AuthRoutesOptions {
  readonly auth: AuthService
  readonly loginsPerMinute: number
}

export const authRoutes: RoutePlugin<AuthRoutesOptions> = async (app, { auth, loginsPerMinute }) => {
  app.post(
    '/login',
    {
      config: { access: 'public', rateLimit: atMost(loginsPerMinute) },
      schema: {
        tags,
        summary: 'Log in',
        description: 'An unknown e-mail, a wrong password and a disabled account get the same answer.',
        querystring: noQuery,
        body: loginRequest,
        response: { 200: loginAnswer },
      },
    },
    async ({ body }) => {
      const login = await auth.login(body.email, body.password)
      return {
        accessToken: login.accessToken,
        tokenType: 'Bearer' as const,
        expiresIn: login.expiresInSeconds,
        role: login.user.role,
        user: view(login.user),
      }
    },
  )

  app.get(
    '/me',
    {
      config: { access: 'user' },
      schema: { tags, summary: 'Who the token belongs to', querystring: noQuery, response: { 200: user } },
    },
    async request => view(await auth.me(principalOf(request).userId)),
  )
}

function view({ id, email, fullName, role, createdAt, lastLogin }: User): UserView {
  return {
    id,
    email,
    fullName,
    role,
    createdAt: createdAt.toISOString(),
    lastLogin: lastLogin?.toISOString() ?? null,
  }
}
