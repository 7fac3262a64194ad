/** The keys that the gateway caches under; readers and the mapping of changed rows must agree on them. */
export const cacheKeys = {
  /** An account, as authorisation reads it. */
  user: (userId: string) => `user:${userId}`,
  /** A login, of `auth_sessions`. */
  login: (authSessionId: string) => `login:${authSessionId}`,
  /** A user's conversations, first page. */
  sessions: (userId: string) => `sessions:${userId}`,
  /** A conversation's messages, first page. */
  messages: (sessionId: string) => `messages:${sessionId}`,
  /** A document without its text. */
  document: (documentId: string) => `document:${documentId}`,
} as const

/** On every list of documents, which lie in the namespace `documents`. */
export const documentListTag = 'documents'
