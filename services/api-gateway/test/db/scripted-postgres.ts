import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

const authenticated = message('R', Buffer.from([0, 0, 0, 0]))
const ready = (status: 'I' | 'T') => message('Z', Buffer.from(status))
const lastWords = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0'),
)

/** Speaks as much of PostgreSQL's protocol as a pool hears, and breaks connections where a test says so. */
export class ScriptedPostgres {
  url = ''
  connections = 0
  /** What becomes of the connection that asks this: it breaks after its answer, in the same packet, or instead. */
  breaks: (statement: string) => 'after' | 'instead' | undefined = () => undefined
  readonly #server: Server = createServer(socket => this.#serve(socket))
  readonly #sockets = new Set<Socket>()

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `postgres://scripted@127.0.0.1:${(this.#server.address() as AddressInfo).port}/scripted`
    return this
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    let started = false
    socket.on('error', () => {})
    socket.on('data', data => {
      if (!started) {
        started = true
        socket.write(Buffer.concat([authenticated, ready('I')]))
      } else if (data[0] === 'Q'.charCodeAt(0)) {
        this.#answer(socket, data.toString('utf8', 5, data.length - 1))
      }
    })
  }

  #answer(socket: Socket, statement: string): void {
    const fate = this.breaks(statement)
    const done = message('C', Buffer.from('SELECT 0\0'))
    const answer = Buffer.concat([done, ready(statement.startsWith('begin') ? 'T' : 'I')])
    if (!fate) socket.write(answer)
    else socket.end(fate === 'after' ? Buffer.concat([answer, lastWords]) : lastWords)
  }
}
