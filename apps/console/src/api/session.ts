import type { User } from '@voiceassist/api-contract'
import { ApiError } from './api-error.js'
import { request } from './request.js'

export { onSignedOut } from './session-events.js'

const path = '/api/console/session'

export interface ConsoleSession {
  readonly user: Pick<User, 'id' | 'email' | 'role'>
}

/** Undefined: nobody is signed in. */
export async function currentSession(): Promise<ConsoleSession | undefined> {
  try {
    return await request<ConsoleSession>('GET', path)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined
    throw error
  }
}

export function signIn(email: string, password: string): Promise<ConsoleSession> {
  return request<ConsoleSession>('POST', path, { body: { email, password } })
}

export function signOut(): Promise<void> {
  return request<void>('DELETE', path)
}
