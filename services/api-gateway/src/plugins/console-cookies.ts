import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Login } from '../services/accounts/begin-login.js'

/** The one place that the refresh token is sent to. */
const consoleSessionPath = '/api/console/session'

const common = { httpOnly: true, sameSite: 'strict' } as const

const plain = cookies(false, 'voiceassist', 'voiceassist-refresh')
/** By https the browser itself holds them to what their prefixes promise; `__Host-` is for the path `/` alone. */
const secure = cookies(true, '__Host-voiceassist', '__Secure-voiceassist-refresh')

function cookies(secure: boolean, access: string, refresh: string) {
  return {
    access: { name: access, options: { ...common, secure, path: '/' } },
    refresh: { name: refresh, options: { ...common, secure, path: consoleSessionPath } },
  }
}

function cookiesOf({ protocol }: FastifyRequest) {
  return protocol === 'https' ? secure : plain
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
