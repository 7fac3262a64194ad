import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { Account } from './gateway-process.js'

const atOnce = 8
/** A gateway that is too busy has done nothing, and is asked again: on a machine that others use. */
const overloaded = 503

/** What asks a gateway, eight requests at a time, as so many callers behind a proxy: each address has its own limit of requests. */
export class Load {
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  #token = ''
  #made = 0

  constructor(url: string) {
    this.#url = url
  }

  async logIn({ email, password }: Account): Promise<void> {
    const body = await this.#ask('POST', '/api/auth/login', JSON.stringify({ email, password }))
    this.#token = (JSON.parse(body) as { accessToken: string }).accessToken
  }

  async run(path: string, requests: number): Promise<void> {
    let left = requests
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await this.#ask('GET', path)
      }),
    )
  }

  /** As Prometheus does: from this machine, and past no proxy. A gateway that counts nothing has nothing there. */
  async scrape(): Promise<void> {
    await this.#visit('/metrics')
  }

  /** Asks for what is not there, and for what needs a token. */
  async fail(): Promise<void> {
    await this.#visit('/api/nothing')
    await this.#visit('/api/sessions')
  }

  close(): void {
    this.#agent.destroy()
  }

  async #visit(path: string): Promise<void> {
    const answer = await fetch(`${this.#url}${path}`)
    await answer.text()
  }

  async #ask(method: string, path: string, body?: string): Promise<string> {
    const asked = request(`${this.#url}${path}`, {
      method,
      agent: this.#agent,
      headers: {
        'x-forwarded-for': `10.${(this.#made >> 16) & 255}.${(this.#made >> 8) & 255}.${this.#made & 255}`,
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    })
    this.#made++
    asked.end(body)
    const [answer] = await once(asked, 'response')
    let text = ''
    for await (const part of answer.setEncoding('utf8')) text += part
    if (answer.statusCode === overloaded) return this.#ask(method, path, body)
    if (answer.statusCode !== 200) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`)
    return text
  }
}
