import { ApiError } from './api-error.js'
import { ownPage } from './own-page.js'
import { refreshSession, signedOut } from './session-events.js'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface RequestOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** @throws ApiError, or what the signal was aborted with */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await respond(method, path, options)
  return (response.status === 204 ? undefined : await response.json()) as T
}

/**
 * The answer itself, for its headers or a body that streams. A session that ran out is renewed once.
 * @throws ApiError
 */
export async function respond(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  let response = await send(method, path, options)
  if (response.status === 401 && (await refreshSession())) response = await send(method, path, options)
  if (response.ok) return response
  if (response.status === 401) signedOut()
  throw await ApiError.of(response)
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const { query = {}, body, headers, signal } = options
  const isForm = body instanceof FormData
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  try {
    return await fetch(search ? `${path}?${search}` : path, {
      method,
      headers: {
        ...ownPage,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'OFFLINE', 'The gateway does not answer')
  }
}
