import { type OutboxChange, trackTable } from '@voiceassist/cache/postgres'
import { cacheKeys, documentListTag, messageKeys } from './cache-keys.js'
import { trackedChunks } from './tracked-chunks.js'

/**
 * Which changes of the database invalidate what: migration 006 makes the triggers, the relay maps the rows. Only ids may
 * stand here: the outbox is no place for what a person is called or wrote. Other columns, namespaces or tables need a
 * migration that takes the old triggers down; other keys of the same columns need none.
 */
export const trackedTables = [
  trackTable({
    table: 'users',
    columns: ['id'],
    key: row => cacheKeys.user(`${row.id}`),
    namespaces: ['user'],
  }),
  trackTable({
    table: 'auth_sessions',
    columns: ['id'],
    key: row => cacheKeys.login(`${row.id}`),
    namespaces: ['login'],
  }),
  trackTable({
    table: 'sessions',
    columns: ['id', 'user_id'],
    key: row => [cacheKeys.sessions(`${row.user_id}`), ...messageKeys(`${row.id}`)],
    namespaces: ['sessions', 'messages'],
  }),
  trackTable({
    table: 'messages',
    columns: ['session_id'],
    key: row => messageKeys(`${row.session_id}`),
    namespaces: ['messages'],
  }),
  trackTable({
    table: 'kb_documents',
    columns: ['id'],
    key: row => cacheKeys.document(`${row.id}`),
    tags: () => documentListTag,
    namespaces: ['document', 'documents'],
  }),
] as const

/** Likewise, with triggers of migration 007: each change of a flag gives its environment another revision. */
export const trackedFlags = trackTable({
  table: 'feature_flag_environments',
  columns: ['environment'],
  key: row => cacheKeys.flags(`${row.environment}`),
  namespaces: ['feature_flags'],
})

/** With triggers of migration 008: another embedder makes vectors that cached searches say nothing of, calibration another threshold. */
export const trackedSettings = trackTable({
  table: 'settings',
  columns: ['key'],
  key: row => (row.key === 'semantic_reuse' ? cacheKeys.reuseSetting : []),
  namespaces: ['rag_search', 'rag_reuse'],
})

/** The document that a change of the knowledge base is of; 'all': it is of more than one; undefined: of none. */
export function changedDocument({ table, operation, before, after }: OutboxChange): string | undefined {
  const row = after ?? before
  switch (table) {
    case 'public.kb_documents':
      return operation === 'TRUNCATE' ? 'all' : `${row?.id}`
    case trackedChunks.name:
      return operation === 'TRUNCATE' ? 'all' : `${row?.document_id}`
    case trackedSettings.name:
      return row?.key === 'embedder' || operation === 'TRUNCATE' ? 'all' : undefined
    default:
      return undefined
  }
}
