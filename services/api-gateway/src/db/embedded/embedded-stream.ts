import { Duplex } from 'node:stream'

/** The far side of a stream: the thread that holds the database. */
export interface EmbeddedPeer {
  connect(stream: EmbeddedStream): void
  send(stream: EmbeddedStream, bytes: Uint8Array): void
  disconnect(stream: EmbeddedStream): void
}

const startupPackets = 8 // a startup packet has no type byte: four bytes of length, then 0x00 0x03
const terminate = 0x58 // 'X'

/** AuthenticationOk, then ReadyForQuery (idle): the greeting of a server that asks for no password. */
const greeting = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])

/**
 * What `pg` takes for a socket, though its other end is a worker thread: the PostgreSQL protocol's bytes go
 * there and back unchanged, so that every client of `pg` (pool, cursor, prepared statement, COPY) works as on
 * a server.
 */
export class EmbeddedStream extends Duplex {
  readonly #peer: EmbeddedPeer
  #started = false

  constructor(peer: EmbeddedPeer) {
    super({ allowHalfOpen: false })
    this.#peer = peer
  }

  /** Called by `pg` as on a net.Socket; host and port mean nothing here. */
  connect(): this {
    this.#peer.connect(this)
    return this
  }

  /** The peer is ready for this stream's first query. */
  onConnected(): void {
    this.emit('connect')
  }

  onBytes(bytes: Uint8Array): void {
    if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#forward(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#forward(Buffer.concat(chunks.map(item => item.chunk)))
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#peer.disconnect(this)
    done(error)
  }

  #forward(bytes: Buffer): void {
    if (!this.#started && bytes.length >= startupPackets && bytes[4] === 0 && bytes[5] === 3) {
      this.#started = true
      this.push(greeting)
      return
    }
    if (bytes[0] === terminate) return
    // A copy: the bytes may be a view into a buffer that pg uses again.
    this.#peer.send(this, Uint8Array.from(bytes))
  }
}
