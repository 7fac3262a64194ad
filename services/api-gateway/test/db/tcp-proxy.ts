import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  readonly near: Socket
  readonly far: Socket
  frozen: boolean
}

/** Stands between a client and a server, and can let connections go silent without either side being told. */
export class TcpProxy {
  /** The server's URL, by way of this proxy. */
  url = ''
  /** Bytes that clients sent into silence. */
  swallowedBytes = 0
  readonly #target: URL
  readonly #server: Server
  #pairs: Pair[] = []

  constructor(url: string) {
    this.#target = new URL(url)
    this.#server = createServer(near => this.#join(near))
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const url = new URL(this.#target)
    url.port = String((this.#server.address() as AddressInfo).port)
    this.url = url.href
    return this
  }

  /** From now on, the connections that are open carry nothing in either direction, not even their end. */
  freeze(): void {
    for (const pair of this.#pairs) pair.frozen = true
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname)
    const pair: Pair = { near, far, frozen: false }
    this.#pairs.push(pair)
    near.on('data', bytes => {
      if (pair.frozen) this.swallowedBytes += bytes.length
      else far.write(bytes)
    })
    far.on('data', bytes => pair.frozen || near.write(bytes))
    near.on('close', () => far.destroy())
    far.on('close', () => pair.frozen || near.destroy())
    for (const socket of [near, far]) socket.on('error', () => {})
  }
}
