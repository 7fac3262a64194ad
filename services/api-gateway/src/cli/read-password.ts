import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { GatewayError } from '../errors.js'

/**
 * A new password: the first line of standard input, or asked for twice on a terminal, without showing it.
 * @throws GatewayError VALIDATION_FAILED when there is no terminal, or the two differ.
 */
export async function readPassword({ fromStdin }: { readonly fromStdin: boolean }): Promise<string> {
  if (fromStdin) return firstLine()
  if (!process.stdin.isTTY)
    throw refused('There is no terminal to ask for the password', 'Give --password-stdin')
  const password = await ask('Password: ')
  if ((await ask('Again: ')) !== password) throw refused('The two passwords differ', 'Run the command again')
  return password
}

async function firstLine(): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8').split(/\r?\n/, 1)[0]!
}

async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  lines.on('SIGINT', () => process.exit(130))
  process.stderr.write(question)
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

function refused(message: string, remedy: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', message, { field: 'password', remedy })
}
