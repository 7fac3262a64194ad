import type { GatewayProcess } from './gateway-process.js'

export interface Reply<T> {
  readonly status: number
  readonly body: T
  readonly requestId: string
}

/** Calls a gateway as a signed-in user. */
export interface GatewayClient {
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<Reply<T>>
  upload<T = unknown>(
    method: string,
    path: string,
    filename: string,
    content: string | Buffer<ArrayBuffer>,
  ): Promise<Reply<T>>
}

const overloaded = 503

/** A gateway that is too busy has done nothing and says so: the request is sent again. */
async function fetchWhenReady(url: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const response = await fetch(url, init)
    if (response.status !== overloaded) return response
    await response.arrayBuffer()
  }
}

export async function signIn(
  gateway: Pick<GatewayProcess, 'url'>,
  account: { readonly email: string; readonly password: string },
): Promise<GatewayClient> {
  return clientOf(gateway, await accessTokenOf(gateway, account))
}

export async function accessTokenOf(
  gateway: Pick<GatewayProcess, 'url'>,
  account: { readonly email: string; readonly password: string },
): Promise<string> {
  const response = await fetchWhenReady(`${gateway.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: account.email, password: account.password }),
  })
  if (!response.ok) throw new Error(`Login answered ${response.status}: ${await response.text()}`)
  return ((await response.json()) as { accessToken: string }).accessToken
}

export function clientOf(gateway: Pick<GatewayProcess, 'url'>, accessToken: string): GatewayClient {
  const authorization = `Bearer ${accessToken}`

  async function send<T>(method: string, path: string, init: RequestInit): Promise<Reply<T>> {
    const answer = await fetchWhenReady(`${gateway.url}${path}`, { method, ...init })
    const text = await answer.text()
    const requestId = answer.headers.get('x-request-id')!
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T, requestId }
  }
  return {
    call: (method, path, body) =>
      send(method, path, {
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    upload(method, path, filename, content) {
      const form = new FormData()
      form.set('file', new Blob([content]), filename)
      return send(method, path, { headers: { authorization }, body: form })
    },
  }
}
