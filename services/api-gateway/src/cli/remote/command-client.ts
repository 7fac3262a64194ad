import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { GatewayError } from '../../errors.js'
import type { Output } from '../command.js'
import type { CommandCall } from '../commands/all-commands.js'
import type { CommandEvent } from './command-events.js'
import { shortSocketPath } from './short-socket-path.js'

/** No gateway listens on the socket. */
export const noGateway = Symbol('no gateway')

/**
 * Has the gateway that holds the data folder do the work. Resolves to the exit code.
 * @throws GatewayError INTERNAL when the gateway ends in the middle; the signal's reason when aborted.
 */
export async function callGateway(
  socketPath: string,
  call: CommandCall,
  out: Output & { failure(message: string): void },
  signal: AbortSignal,
): Promise<number | typeof noGateway> {
  const short = shortSocketPath(socketPath)
  const sent = request({ socketPath: short.path, path: '/commands', method: 'POST', signal })
  try {
    const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
      sent.once('response', resolve)
      sent.once('error', reject)
      sent.end(JSON.stringify(call))
    })
    for await (const line of createInterface({ input: response as never })) {
      const event = JSON.parse(line) as CommandEvent
      if (event.type === 'exit') return event.code
      if (event.type === 'progress') out.progress(event)
      else if (event.type === 'failure') out.failure(event.message)
      else out[event.type](event.text)
    }
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return noGateway
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error
  } finally {
    short.release()
  }
  signal.throwIfAborted()
  throw new GatewayError('INTERNAL', 'The gateway ended before the command was done', {
    remedy: 'Start it, then run the same command again',
  })
}
