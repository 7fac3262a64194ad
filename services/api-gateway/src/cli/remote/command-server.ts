import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { commandActor } from '../../audit/actor.js'
import type { Dependencies } from '../../dependencies.js'
import { GatewayError } from '../../errors.js'
import type { Command } from '../command.js'
import { allCommands, isCommandName } from '../commands/all-commands.js'
import { describeError } from '../describe-error.js'
import type { CommandEvent } from './command-events.js'
import { shortSocketPath } from './short-socket-path.js'

export interface CommandServer {
  /** Stops what is under way and waits for its end. */
  close(): Promise<void>
}

const maxRequestBytes = 1024 * 1024
const onlyOwner = 0o600
const stopping = new GatewayError('SHUTTING_DOWN', 'The gateway was told to stop', {
  remedy: 'Run the same command again to go on',
})

/**
 * Does the command line's work in the process that holds the data folder: one `POST /commands` with
 * `{ command, args }` is answered by a stream of events. Whoever may open the socket may do everything; a client that
 * goes away stops its command.
 */
export async function startCommandServer(
  dependencies: Dependencies,
  socketPath: string,
): Promise<CommandServer> {
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  const server = createServer((request, response) => {
    const work = answer(dependencies, request, response, closing.signal).finally(() => running.delete(work))
    running.add(work)
  })
  rmSync(socketPath, { force: true }) // left by a gateway that was killed: the folder's lock is ours
  const short = shortSocketPath(socketPath)
  const umask = process.umask(0o777 - onlyOwner)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(short.path, resolve)
    })
    chmodSync(socketPath, onlyOwner)
  } finally {
    process.umask(umask)
    short.release()
  }
  return {
    async close() {
      closing.abort(stopping)
      const closed = new Promise(resolve => server.close(resolve))
      await Promise.all(running)
      server.closeAllConnections()
      await closed
      rmSync(socketPath, { force: true })
    },
  }
}

async function answer(
  dependencies: Dependencies,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('The client went away')))
  const send = (event: CommandEvent) => {
    if (!response.writableEnded && !response.destroyed) response.write(`${JSON.stringify(event)}\n`)
  }
  try {
    const { command, args } = JSON.parse(await readBody(request)) as { command: unknown; args: unknown }
    if (request.method !== 'POST' || request.url !== '/commands' || !isCommandName(command))
      throw new GatewayError('VALIDATION_FAILED', 'The gateway does not know this command', {
        remedy: 'Use the command line of the version that the gateway runs',
      })
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    // The name decides the arguments' type; the client is this same program.
    const run = allCommands[command] as Command<unknown>
    const out = {
      line: (text: string) => send({ type: 'line', text }),
      error: (text: string) => send({ type: 'error', text }),
      progress: (progress: Parameters<Parameters<typeof run>[0]['out']['progress']>[0]) =>
        send({ type: 'progress', ...progress }),
    }
    const signal = AbortSignal.any([gone.signal, closing])
    const code = await run({ dependencies, actor: commandActor(command), out, signal }, args)
    closing.throwIfAborted() // a command that stopped when it was told to
    send({ type: 'exit', code })
  } catch (error) {
    const { logger } = dependencies
    logger.debug({ err: error }, 'a command failed')
    send({ type: 'failure', message: describeError(error) })
    send({ type: 'exit', code: 1 })
  }
  response.end()
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    parts.push(part)
    bytes += part.length
    if (bytes > maxRequestBytes)
      throw new GatewayError('VALIDATION_FAILED', 'The command has too many arguments')
  }
  return Buffer.concat(parts).toString('utf8')
}
