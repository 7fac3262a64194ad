import type { Message as MessageView } from '@voiceassist/api-contract'
import type { Message } from '../services/conversations/messages-port.js'

export function messageView(message: Message): MessageView {
  const { retrieval, citations, createdAt } = message
  return {
    ...message,
    citations: [...citations],
    retrieval: retrieval && retrievalView(retrieval),
    createdAt: createdAt.toISOString(),
  }
}

function retrievalView({
  reuse,
  ...shown
}: NonNullable<Message['retrieval']>): NonNullable<MessageView['retrieval']> {
  return { ...shown, ...(reuse ? { similarity: reuse.similarity } : {}) }
}
