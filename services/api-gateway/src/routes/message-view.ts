import type { Message as MessageView } from '@voiceassist/api-contract'
import type { Message } from '../services/conversations/messages-port.js'

export function messageView(message: Message): MessageView {
  return { ...message, citations: [...message.citations], createdAt: message.createdAt.toISOString() }
}
