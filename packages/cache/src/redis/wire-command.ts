import { Command } from 'ioredis'

export type WireArgument = string | Buffer | number

const noArguments: string[] = []
const replyAsBytes = { replyEncoding: null }

/**
 * A command that writes itself: ioredis flattens, checks and copies each argument, which took a fifth of what a set
 * costs this process. Its replies are bytes. Arguments are not shown to tracers of ioredis: keys may be sensitive.
 */
export class WireCommand extends Command {
  readonly #values: readonly WireArgument[]

  constructor(name: string, values: readonly WireArgument[]) {
    super(name, noArguments, replyAsBytes)
    this.#values = values
  }

  override toWritable(): string | Buffer {
    const values = this.#values
    const parts: (string | Buffer)[] = []
    let text = `*${values.length + 1}\r\n$${this.name.length}\r\n${this.name}\r\n`
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as WireArgument
      if (typeof value === 'object') {
        parts.push(`${text}$${value.length}\r\n`, value)
        text = '\r\n'
      } else {
        const shown = typeof value === 'string' ? value : `${value}`
        text += `$${Buffer.byteLength(shown)}\r\n${shown}\r\n`
      }
    }
    if (parts.length === 0) return text
    parts.push(text)
    return joined(parts)
  }
}

function joined(parts: readonly (string | Buffer)[]): Buffer {
  let length = 0
  for (const part of parts) length += typeof part === 'string' ? Buffer.byteLength(part) : part.length
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) at += typeof part === 'string' ? bytes.write(part, at) : part.copy(bytes, at)
  return bytes
}
