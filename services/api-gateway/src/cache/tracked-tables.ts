import { trackTable } from '@voiceassist/cache/postgres'
import { cacheKeys, documentListTag, messageKeys } from './cache-keys.js'

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
