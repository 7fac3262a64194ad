/** The keys that the gateway caches under; readers and the mapping of changed rows must agree on them. */
export const cacheKeys = {
  /** An account, as authorisation reads it. */
  user: (userId: string) => `user:${userId}`,
  /** A login, of `auth_sessions`. */
  login: (authSessionId: string) => `login:${authSessionId}`,
  /** A user's conversations, first page. */
  sessions: (userId: string) => `sessions:${userId}`,
  /** A conversation's messages, first page, and whose it is. */
  messages: (sessionId: string, order: 'asc' | 'desc') => `messages:${sessionId}:${order}`,
  /** A document without its text, as `@voiceassist/rag-cache` keeps it. */
  document: (documentId: string) => `rag_document:${documentId}`,
  /** A page of documents; `query` says which, without anything that a person typed. */
  documents: (query: string) => `documents:${query}`,
  /** From which similarity on the result of another question is reused. */
  reuseSetting: 'rag_reuse:setting',
  /** All flags of an environment, as `@voiceassist/feature-flags` keeps them. */
  flags: (environment: string) => `feature_flags:${environment}`,
} as const

/** All that shows a conversation's messages. */
export function messageKeys(sessionId: string): string[] {
  return [cacheKeys.messages(sessionId, 'asc'), cacheKeys.messages(sessionId, 'desc')]
}

/** On every list of documents, which lie in the namespace `documents`. */
export const documentListTag = 'documents'
