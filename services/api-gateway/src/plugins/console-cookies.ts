import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Login } from '../services/accounts/begin-login.js'

/** The one place that the refresh token is sent to. */
const consoleSessionPath = '/api/console/session'

const common = { httpOnly: true, sameSite: 'strict' } as const

/** By https the browser itself holds them to what their prefixes promise; `__Host-` is for the path `/` alone. */
function cookiesOf({ protocol }: FastifyRequest) {
  const secure = protocol === 'https'
  const refreshOptions = { ...common, secure, path: consoleSessionPath }
  return {
    access: {
      name: secure ? '__Host-voiceassist' : 'voiceassist',
      options: { ...common, secure, path: '/' },
    },
    refresh: {
      name: secure ? '__Secure-voiceassist-refresh' : 'voiceassist-refresh',
      options: refreshOptions,
    },
  }
}

export function accessCookie(request: FastifyRequest): string | undefined {
  return request.cookies?.[cookiesOf(request).access.name]
}

export function refreshCookie(request: FastifyRequest): string | undefined {
  return request.cookies?.[cookiesOf(request).refresh.name]
}

export function setConsoleCookies(reply: FastifyReply, login: Login): void {
  const { access, refresh } = cookiesOf(reply.request)
  reply.setCookie(access.name, login.accessToken, { ...access.options, maxAge: login.expiresInSeconds })
  reply.setCookie(refresh.name, login.refreshToken, {
    ...refresh.options,
    maxAge: login.refreshExpiresInSeconds,
  })
}

export function clearConsoleCookies(reply: FastifyReply): void {
  for (const { name, options } of Object.values(cookiesOf(reply.request))) reply.clearCookie(name, options)
}
