import type { Session } from '@voiceassist/api-contract'
import type { FastifyBaseLogger } from 'fastify'
import { GatewayError } from '../errors.js'
import { logFault } from '../plugins/error-handler.js'
import { gatewayErrorOf } from '../plugins/problem-of-error.js'
import type { Message } from '../services/conversations/messages-port.js'
import { messageView } from './message-view.js'

/**
 * The JSON of an export, a message at a time. What fails on the way is logged here, and thrown without its cause: the
 * server logs what breaks a stream, and a driver's message may quote what is stored.
 */
export async function* exportText(
  session: Session,
  messages: AsyncIterable<Message>,
  log: FastifyBaseLogger,
): AsyncGenerator<string> {
  yield `{"session":${JSON.stringify(session)},"messages":[`
  let separator = '\n'
  try {
    for await (const message of messages) {
      yield `${separator}${JSON.stringify(messageView(message))}`
      separator = ',\n'
    }
  } catch (error) {
    const known = gatewayErrorOf(error)
    logFault(log, known)
    throw new GatewayError('INTERNAL', `The export broke off: ${known.code}`)
  }
  yield '\n]}\n'
}
