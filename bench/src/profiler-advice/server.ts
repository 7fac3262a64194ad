import { type PostgresServer, startPostgres } from '@voiceassist/testkit'

/**
 * The bench's own server: all data in memory, nothing waits for the disk, and nothing happens by itself while it is
 * measured. Its data are kept for the next run, below `~/.cache/voiceassist-services`.
 */
export function benchServer(): Promise<PostgresServer> {
  return startPostgres({
    keepAs: 'tpch',
    settings: {
      autovacuum: 'off',
      shared_buffers: '2GB',
      effective_cache_size: '4GB',
      wal_level: 'minimal',
      max_wal_senders: 0,
      max_wal_size: '8GB',
      checkpoint_timeout: '1h',
      // Shared memory of parallel queries that lies in files would be measured too.
      dynamic_shared_memory_type: 'sysv',
    },
  })
}
