export { createRelay, type RelayOptions } from './postgres/create-relay.js'
export { inTransaction, type Transaction } from './postgres/in-transaction.js'
export type { InvalidatedCache } from './postgres/invalidate-rows.js'
export type { OutboxChange } from './postgres/outbox-change.js'
export { type OutboxOptions, outboxTable, type UpAndDown } from './postgres/outbox-table.js'
export type { Relay, RelayStats } from './postgres/relay.js'
export type { RelayClient } from './postgres/relay-session.js'
export type { SqlClient, SqlPool } from './postgres/sql-client.js'
export {
  type TrackedRow,
  type TrackedTable,
  type TrackedValue,
  type TrackTableOptions,
  trackTable,
} from './postgres/track-table.js'
export { afterCommit, type RunWork, transactionHooks } from './postgres/transaction-hooks.js'
export { isInTransaction } from './transaction-scope.js'
