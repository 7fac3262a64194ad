import type { Session } from '@voiceassist/api-contract'
import type { Message } from '../services/messages-port.js'
import { messageView } from './message-view.js'

/** The JSON of an export, a message at a time. */
export async function* exportText(
  session: Session,
  messages: AsyncIterable<Message>,
): AsyncGenerator<string> {
  yield `{"session":${JSON.stringify(session)},"messages":[`
  let separator = '\n'
  for await (const message of messages) {
    yield `${separator}${JSON.stringify(messageView(message))}`
    separator = ',\n'
  }
  yield '\n]}\n'
}
