import { Duplex } from 'node:stream'

/** Ends what the extended query protocol sends for one query. */
const sync = Buffer.from([0x53, 0, 0, 0, 4])
const protocolVersion = 196_608

/**
 * In place of pg's socket: a PostgreSQL server within the process that answers every query with the same row, so that what a
 * query costs is pg's own work and that of whoever watches it. (PostgreSQL, "Frontend/Backend Protocol", message formats.)
 */
export class AnsweringStream extends Duplex {
  connect(): this {
    setImmediate(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (chunk.subarray(-sync.length).equals(sync)) setImmediate(() => this.push(answer))
    else if (chunk.length > 8 && chunk.readInt32BE(4) === protocolVersion)
      setImmediate(() => this.push(welcome))
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const text = (value: string) => Buffer.from(`${value}\0`)
const column = (name: string, type: number) =>
  Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)])
const field = (value: string) => Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)])

const ready = message('Z', Buffer.from('I'))
const welcome = Buffer.concat([message('R', int32(0)), ready])
const answer = Buffer.concat([
  message('1'),
  message('2'),
  message('T', int16(2), column('id', 23), column('name', 25)),
  message('D', int16(2), field('1'), field('a name')),
  message('C', text('SELECT 1')),
  ready,
])
