import type { Account } from '../overhead/gateway-process.js'
import type { Answer, Ask, GatewayClient } from './gateway-client.js'
import { type Action, adminLists, type Choice } from './mix.js'

/** A session whose history lacks an answer that this user has been given. */
export const staleHistory = 'STALE_HISTORY'

/** What is read of answers. */
interface LoginAnswer {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
}
interface WithId {
  readonly id: string
}

const pageSize = 50
/** A client asks for its next token when this share of the old one's time is over. */
const refreshedAfter = 0.8

type UserAsk = Pick<Ask, 'method' | 'path' | 'body'>

/** A client of the API as a browser is: one login, an address of its own, and what it has been told of. */
export class User {
  readonly isAdministrator: boolean
  readonly #account: Account
  readonly #address: string
  /** The next one in turn is asked, as behind a proxy. */
  readonly #gateways: readonly GatewayClient[]
  #asked: number
  #token: string | undefined
  #refreshToken = ''
  #refreshAtMs = 0
  #isRenewing = false
  #sessions: readonly string[] = []
  /** The latest answer in each session: it must be in its history. */
  readonly #known = new Map<string, string>()

  constructor(
    number: number,
    account: Account,
    isAdministrator: boolean,
    gateways: readonly GatewayClient[],
  ) {
    this.isAdministrator = isAdministrator
    this.#account = account
    this.#address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
    this.#gateways = gateways
    this.#asked = number
  }

  /** What comes before anything else; only one caller at a time is told so. */
  due(nowMs: number): Action | undefined {
    if (this.#isRenewing) return undefined
    const action = this.#token === undefined ? 'log in' : nowMs >= this.#refreshAtMs ? 'refresh' : undefined
    this.#isRenewing = action !== undefined
    return action
  }

  async perform({ action, question, which }: Choice): Promise<Answer> {
    switch (action) {
      case 'log in':
        return this.#renew('/api/auth/login', this.#account)
      case 'refresh':
        return this.#renew('/api/auth/refresh', { refreshToken: this.#refreshToken })
      case 'list sessions':
        return this.#listSessions()
      case 'begin session':
        return this.#beginSession(question)
      case 'read history':
        return this.#inSession(which, id => this.#readHistory(id))
      case 'post message':
        return this.#inSession(which, id => this.#post(id, question))
      case 'search':
        return this.#ask({ method: 'POST', path: '/api/search', body: { query: question } })
      case 'flags':
        return this.#ask({ method: 'GET', path: '/api/flags' })
      case 'admin lists':
        return this.#ask({ method: 'GET', path: adminLists[Math.floor(which * adminLists.length)]! })
    }
  }

  async #renew(path: string, body: object): Promise<Answer> {
    const atMs = performance.now()
    const answer = await this.#ask({ method: 'POST', path, body })
    this.#isRenewing = false
    if (answer.status === 200) {
      const login = JSON.parse(answer.text) as LoginAnswer
      this.#token = login.accessToken
      this.#refreshToken = login.refreshToken
      this.#refreshAtMs = atMs + login.expiresIn * 1000 * refreshedAfter
    }
    return answer
  }

  async #listSessions(): Promise<Answer> {
    const answer = await this.#ask({ method: 'GET', path: `/api/sessions?limit=${pageSize}` })
    if (answer.status === 200)
      this.#sessions = (JSON.parse(answer.text) as { readonly items: readonly WithId[] }).items.map(
        ({ id }) => id,
      )
    return answer
  }

  async #beginSession(title: string): Promise<Answer> {
    const body = { title: title.slice(0, 500) }
    const answer = await this.#ask({ method: 'POST', path: '/api/sessions', body })
    if (answer.status === 201) this.#sessions = [(JSON.parse(answer.text) as WithId).id, ...this.#sessions]
    return answer
  }

  #inSession(which: number, act: (id: string) => Promise<Answer>): Promise<Answer> {
    const id = this.#sessions[Math.floor(which * this.#sessions.length)]
    return id === undefined ? this.#listSessions() : act(id)
  }

  async #post(id: string, content: string): Promise<Answer> {
    const body = { content }
    const answer = await this.#ask({ method: 'POST', path: `/api/sessions/${id}/messages`, body })
    if (answer.status === 201)
      this.#known.set(id, (JSON.parse(answer.text) as { readonly answer: WithId }).answer.id)
    return answer
  }

  /** Newest first, so that the last answer this user has been given before is on the page. */
  async #readHistory(id: string): Promise<Answer> {
    const known = this.#known.get(id)
    const path = `/api/sessions/${id}/messages?order=desc&limit=${pageSize}`
    const answer = await this.#ask({ method: 'GET', path })
    const isStale = answer.status === 200 && known !== undefined && !answer.text.includes(known)
    return isStale ? { ...answer, code: staleHistory } : answer
  }

  async #ask(ask: UserAsk): Promise<Answer> {
    const gateway = this.#gateways[this.#asked++ % this.#gateways.length]!
    const answer = await gateway.ask({ ...ask, address: this.#address, token: this.#token })
    if (answer.status === 401) this.#token = undefined
    return answer
  }
}
