import { Pool } from 'undici'

export interface Answer {
  /** 0: none came. */
  readonly status: number
  /** Of the problem that was answered, or of the connection's error; undefined: what was asked for came. */
  readonly code: string | undefined
  readonly text: string
}

export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Whom the gateway shall see behind its proxy, if it trusts this machine as one. Absent: nobody's proxy asks. */
  readonly address?: string
  readonly token?: string | undefined
  readonly body?: object
}

/** Longest wait for an answer: above the gateway's own wait for a connection of its pool. */
const timeoutMs = 35_000
/** A browser keeps its connection for longer than a user thinks; the gateway would for 72 seconds. */
const keepAliveMs = 60_000

/** Connections to one gateway, as many as there are requests under way. Never rejects: a failure is an answer, too. */
export class GatewayClient {
  readonly url: string
  readonly #pool: Pool

  constructor(url: string) {
    this.url = url
    this.#pool = new Pool(url, {
      connections: null,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
  }

  async ask({ method, path, address, token, body }: Ask): Promise<Answer> {
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers: {
          ...(address ? { 'x-forwarded-for': address } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await answer.body.text()
      const status = answer.statusCode
      return { status, code: status < 400 ? undefined : codeOf(text), text }
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException
      return { status: 0, code: code ?? name, text: '' }
    }
  }

  /** Open ones, idle or not. */
  get connections(): number {
    return this.#pool.stats.connected
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

function codeOf(problem: string): string {
  try {
    const { code } = JSON.parse(problem) as { readonly code?: unknown }
    if (typeof code === 'string') return code
  } catch {
    // said below
  }
  return 'NO_PROBLEM'
}
