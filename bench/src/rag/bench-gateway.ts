import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { scoreThreshold, topK } from './passages.js'
import type { Way } from './way.js'

const worker = fileURLToPath(new URL('./gateway-worker.js', import.meta.url))

/** A gateway in a process of its own, and one caller of it. */
export interface BenchGateway {
  /** Resolves to where the answer says that it came from. */
  search(query: string): Promise<string>
  /** From now on searches go this way. Resolves to the milliseconds of processor time that the gateway has used. */
  go(way: Way): Promise<number>
  close(): Promise<void>
}

export async function startBenchGateway(
  environment: Readonly<Record<string, string>>,
): Promise<BenchGateway> {
  const child = fork(worker, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment } })
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the gateway ended with ${code}`)),
  )
  ended.catch(() => {}) // once it serves it is the caller who ends it
  const message = async <Message>() => (await Promise.race([once(child, 'message'), ended]))[0] as Message
  const { url, token } = await message<{ readonly url: string; readonly token: string }>()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return {
    async search(query) {
      const asked = request(`${url}/api/search`, { method: 'POST', agent, headers })
      asked.end(JSON.stringify({ query, topK, scoreThreshold }))
      const [answer] = await once(asked, 'response')
      const body = await text(answer)
      if (answer.statusCode !== 200) throw new Error(`search answered ${answer.statusCode}: ${body}`)
      return (JSON.parse(body) as { readonly from: string }).from
    },
    async go(way) {
      const used = message<number>()
      child.send(way)
      return used
    },
    async close() {
      agent.destroy()
      child.disconnect()
      await ended.catch(() => {})
    },
  }
}
