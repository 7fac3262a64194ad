import type { Generated, JSONColumnType } from 'kysely'
import type { CreatedAt, Json, Timestamp } from './schema-columns.js'
import type { FlagTables } from './schema-flags.js'

export type Role = 'user' | 'viewer' | 'admin'
export type MessageRole = 'user' | 'assistant'

/** The passage of a document that an answer quotes. Offsets are UTF-16 code units into the document's text. */
export interface Citation {
  chunkId: string
  documentId: string
  title: string
  heading: string
  text: string
  score: number
  start: number
  end: number
}

/** Where the passages of a search came from. */
export interface Retrieval {
  /** 'cache': of an earlier search for the same; 'similar': for another question that means the same. */
  from: 'search' | 'cache' | 'similar'
  /** Milliseconds less than the search that was kept had taken; below 0 where it took longer. Absent for 'search'. */
  savedMs?: number
  /** Of 'similar': the cached search, and how similar its question is. */
  reuse?: { readonly id: string; readonly similarity: number }
}

/** What a user says of an answer. */
export interface Feedback {
  helpful: boolean
  reason?: string
}

/** A document's own facts, from its front matter or its upload. Values are scalars, so that filters stay exact. */
export type DocumentMetadata = Record<string, string | number | boolean>

export interface UsersTable {
  id: Generated<string>
  /** Lower case. */
  email: string
  full_name: string
  hashed_password: string
  role: Role
  is_active: Generated<boolean>
  /** Logins from before it have ended; on the database's clock. */
  not_before: CreatedAt
  password_changed_at: CreatedAt
  created_at: CreatedAt
  updated_at: CreatedAt
  last_login: Timestamp | null
}

/** A login: what an access token's `sid` names. Ended by logout, idleness, expiry or revocation. */
export interface AuthSessionsTable {
  id: Generated<string>
  user_id: string
  /** On the database's clock, as `users.not_before` is. */
  created_at: CreatedAt
  /** When it ends at the latest, whatever is refreshed. */
  expires_at: Timestamp
  revoked_at: Timestamp | null
  /** SHA-256 of the one refresh token that is good now. */
  refresh_hash: Buffer
  last_used_at: Timestamp
}

/** Attempts to log in that failed, by the HMAC of an account's e-mail or of an address. */
export interface LoginThrottleTable {
  key: Buffer
  failures: number
  blocked_until: Timestamp
  updated_at: Timestamp
}

/** What stands for an account that is gone; its audit rows stay as they were. */
export interface DeletedUsersTable {
  user_id: string
  pseudonym: string
  deleted_at: CreatedAt
}

export interface SettingsTable {
  key: string
  value: JSONColumnType<object>
  updated_at: CreatedAt
}

export interface SessionsTable {
  id: Generated<string>
  user_id: string
  title: string | null
  message_count: Generated<number>
  /** The newest message's time; the next one's is later, so that a session's messages have one order. */
  last_message_at: Timestamp | null
  created_at: CreatedAt
  updated_at: CreatedAt
  ended_at: Timestamp | null
}

export interface MessagesTable {
  id: Generated<string>
  session_id: string
  role: MessageRole
  content: string
  /** Of an answer: the message it answers. */
  parent_message_id: string | null
  client_message_id: string | null
  citations: Json<Citation[]>
  model: string | null
  /** Of an answer: where its passages came from. */
  retrieval: Json<Retrieval> | null
  feedback: Json<Feedback> | null
  contains_phi: Generated<boolean>
  created_at: CreatedAt
}

export interface KbDocumentsTable {
  id: Generated<string>
  /** Where an imported document came from (a file's absolute path); null for an upload. */
  source_key: string | null
  title: string
  source_type: string
  filename: string | null
  file_type: string
  /** SHA-256 of the file's bytes, hexadecimal. */
  content_hash: string
  /** The canonical text that every offset counts in. */
  content: string
  metadata: Json<DocumentMetadata>
  /** 1 at first, one more at each replacement. */
  version: Generated<number>
  chunk_count: number
  word_count: number
  created_by: string | null
  created_at: CreatedAt
  updated_at: CreatedAt
}

export interface KbChunksTable {
  id: Generated<string>
  document_id: string
  position: number
  heading: string
  content: string
  start_offset: number
  end_offset: number
  word_count: number
  title_terms: string[]
  heading_terms: string[]
  body_terms: string[]
  /** pgvector's text form: '[0.1,0.2]'. */
  embedding: string
}

export interface AuditLogsTable {
  id: Generated<string>
  timestamp: CreatedAt
  user_id: string | null
  user_role: string | null
  action: string
  resource_type: string | null
  resource_id: string | null
  request_id: string | null
  ip_address: string | null
  user_agent: string | null
  service_name: Generated<string>
  endpoint: string | null
  success: boolean
  status_code: number | null
  error_message: string | null
  additional_data: Json<object>
}

/** Audit rows in the order of their sealing; `seq` has no gaps. */
export interface AuditChainTable {
  seq: string
  audit_id: string
  hmac: Buffer
}

/** Audit rows that are not in the chain yet; a trigger adds them. */
export interface AuditUnsealedTable {
  audit_id: string
}

/** What the relay of the cache has yet to invalidate; written by triggers alone. */
export interface CacheOutboxTable {
  id: Generated<string>
  tracked: string
  operation: 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'
  namespaces: string[]
  old_row: object | null
  new_row: object | null
  created_at: CreatedAt
}

/** Every table, as Kysely sees it. */
export interface Database extends FlagTables {
  users: UsersTable
  auth_sessions: AuthSessionsTable
  login_throttle: LoginThrottleTable
  deleted_users: DeletedUsersTable
  settings: SettingsTable
  sessions: SessionsTable
  messages: MessagesTable
  kb_documents: KbDocumentsTable
  kb_chunks: KbChunksTable
  audit_logs: AuditLogsTable
  audit_chain: AuditChainTable
  audit_unsealed: AuditUnsealedTable
  cache_outbox: CacheOutboxTable
}
