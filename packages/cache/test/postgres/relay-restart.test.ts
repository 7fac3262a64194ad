import { canStartPostgres, eventually, type PostgresServer, startPostgres } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { createRelay, outboxTable } from '#src/postgres'
import { RecordingCache } from './recording-cache.js'
import { users } from './tracked-database.js'

describe.skipIf(!canStartPostgres())('a restart of the server', () => {
  let server: PostgresServer
  afterAll(() => server?.close())

  test.each(['fast', 'kill'] as const)(
    '%s: what was committed before it and after it is relayed',
    async how => {
      server ??= await startPostgres()
      const query = async (text: string) => {
        const client = new pg.Client({ connectionString: server.url })
        await client.connect()
        try {
          return await client.query(text)
        } finally {
          await client.end()
        }
      }
      await query(`drop table if exists users, cache_outbox; drop function if exists users_cache_outbox;
      create table users (id bigint primary key, org_id int); ${outboxTable().up}; ${users.up}`)
      const cache = new RecordingCache()
      const relay = createRelay({ connectionString: server.url, cache, tables: [users] })
      try {
        await relay.ready
        cache.remote = 'journaled'
        await query('insert into users values (1, 1)')
        if (how === 'kill') await server.kill()
        else await server.stop('fast')
        await eventually(() => expect(relay.stats()).toMatchObject({ active: false }))
        cache.remote = 'done'
        cache.take()
        await server.start()
        await query('insert into users values (2, 1)')
        await eventually(() => expect(cache.keys).toEqual(expect.arrayContaining(['user:1', 'user:2'])))
        await eventually(async () => expect((await query('select from cache_outbox')).rowCount).toBe(0))
      } finally {
        await relay.close()
      }
    },
  )
})
