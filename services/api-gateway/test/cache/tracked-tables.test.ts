import { createRelay, type InvalidatedCache, type Relay } from '@voiceassist/cache/postgres'
import { describeDatabases, eventually, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { trackedFlags, trackedTables } from '#src/cache/tracked-tables'
import { asOwner } from '#src/db/gateway-role'
import type { OpenDatabase } from '#src/db/open-database'

const ids = [1, 2, 3, 4, 5, 6].map(n => `00000000-0000-4000-8000-00000000000${n}`)
const [user, login, session, other, message, document] = ids as [
  string,
  string,
  string,
  string,
  string,
  string,
]
const tracked = [...trackedTables, trackedFlags]
const environment = 'production'
const known = [...ids, environment]
const confidential = 'Confidential words'

describeDatabases('what the gateway tracks', kind => {
  let temp: TempDatabase
  let database: OpenDatabase
  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    database = await temp.open()
  })
  afterAll(() => temp?.close())
  beforeEach(() => run('delete from users; delete from kb_documents; delete from cache_outbox'))

  const run = (statement: string) => sql.raw(statement).execute(database.db)
  /** The role that a gateway takes on a server may not truncate. */
  const asOwnerRun = (statement: string) =>
    database.db
      .connection()
      .execute(connection => asOwner(connection, () => sql.raw(statement).execute(connection)))
  const outbox = () => database.db.selectFrom('cache_outbox').selectAll().orderBy('id').execute()

  /** What a write invalidates; every value of its outbox rows must be an id, or the environment of flags. */
  async function invalidatedBy(statement: string, execute = run): Promise<string[]> {
    await run('delete from cache_outbox')
    await execute(statement)
    const found: string[] = []
    const tables = new Map(tracked.map(table => [table.name, table] as const))
    for (const row of await outbox()) {
      const table = tables.get(row.tracked)!
      if (row.operation === 'TRUNCATE') found.push(...row.namespaces.map(name => `all of ${name}`))
      for (const values of [row.old_row, row.new_row])
        if (values) {
          expect(Object.values(values).filter(value => !known.includes(value as string))).toEqual([])
          found.push(...table.key(values as never), ...table.tags(values as never))
        }
      expect(JSON.stringify(row)).not.toContain('onfidential')
    }
    return [...new Set(found)].toSorted()
  }

  const insertUser = `insert into users (id, email, full_name, hashed_password, role)
    values ('${user}', 'confidential@example.org', '${confidential}', '${confidential}', 'user')`
  const insertLogin = `insert into auth_sessions (id, user_id, expires_at, refresh_hash, last_used_at)
    values ('${login}', '${user}', now(), 'confidential', now())`
  const insertSession = `insert into sessions (id, user_id, title) values ('${session}', '${user}', '${confidential}')`
  const insertMessage = `insert into messages (id, session_id, role, content)
    values ('${message}', '${session}', 'user', '${confidential}')`
  const insertDocument = `insert into kb_documents
      (id, source_key, title, source_type, file_type, content_hash, content, metadata, chunk_count, word_count)
    values ('${document}', '/${confidential}', '${confidential}', 's', 'md', repeat('0', 64), '${confidential}',
      '{"author": "${confidential}"}', 1, 1)`
  const everything = [insertUser, insertLogin, insertSession, insertMessage, insertDocument].join(';')

  test('each kind of write invalidates what shows it, and puts ids alone into the outbox', async () => {
    expect(await invalidatedBy(insertUser)).toEqual([`user:${user}`])
    expect(await invalidatedBy(insertLogin)).toEqual([`login:${login}`])
    const pages = [`messages:${session}:asc`, `messages:${session}:desc`]
    expect(await invalidatedBy(insertSession)).toEqual([...pages, `sessions:${user}`])
    expect(await invalidatedBy(insertMessage)).toEqual(pages)
    const documents = ['documents', `rag_document:${document}`]
    expect(await invalidatedBy(insertDocument)).toEqual(documents)

    for (const change of [`role = 'viewer'`, 'is_active = false', `email = 'x'`, 'not_before = now()'])
      expect(await invalidatedBy(`update users set ${change}`), change).toEqual([`user:${user}`])
    expect(await invalidatedBy('update auth_sessions set revoked_at = now()')).toEqual([`login:${login}`])
    expect(await invalidatedBy(`update sessions set title = 'Confidential too'`)).toEqual([
      ...pages,
      `sessions:${user}`,
    ])
    expect(await invalidatedBy(`update messages set content = 'Confidential too'`)).toEqual(pages)
    expect(await invalidatedBy(`update kb_documents set content = 'Confidential too'`)).toEqual(documents)

    const flags = [`feature_flags:${environment}`]
    expect(await invalidatedBy(`update feature_flags set description = '${confidential}'`)).toEqual(flags)

    expect(await invalidatedBy('delete from kb_documents')).toEqual(documents)
    expect(await invalidatedBy('delete from users')).toEqual([
      `login:${login}`,
      ...pages,
      `sessions:${user}`,
      `user:${user}`,
    ])
  })

  test('a conversation that changes hands changes both lists and its pages', async () => {
    await run(`${everything}; insert into users (id, email, hashed_password) values ('${other}', 'o', '')`)
    expect(await invalidatedBy(`update sessions set user_id = '${other}'`)).toEqual(
      [
        `messages:${session}:asc`,
        `messages:${session}:desc`,
        `sessions:${user}`,
        `sessions:${other}`,
      ].toSorted(),
    )
  })

  test('TRUNCATE clears the namespaces of every table that it reaches', async () => {
    await run(everything)
    const cleared = (...names: string[]) => names.map(name => `all of ${name}`)
    expect(await invalidatedBy('truncate users, kb_documents cascade', asOwnerRun)).toEqual(
      [
        ...cleared(
          'document',
          'documents',
          'login',
          'messages',
          'rag_document',
          'rag_search',
          'sessions',
          'user',
        ),
        `feature_flags:${environment}`, // overrides are of users
      ].toSorted(),
    )
  })

  test('the gateway’s own connection fires the triggers, and may run the relay', async () => {
    const keys: string[] = []
    const done = async (names: string | readonly string[]) => {
      keys.push(...names)
      return { memory: true as const, remote: 'none', acknowledged: false } as const
    }
    const cache: InvalidatedCache = { delete: done, invalidateTags: done, clear: done, deletePattern: done }
    await run(everything)
    const query = (text: string, params?: unknown[]) => database.pool.query(text, params)
    const relay: Relay = createRelay({ exclusive: true, query, cache, tables: tracked })
    try {
      await relay.ready
      expect(keys).toEqual(expect.arrayContaining([`user:${user}`, `rag_document:${document}`, 'documents']))
      await eventually(async () => expect(await outbox()).toEqual([]))
      expect(relay.stats()).toMatchObject({ unmapped: 0, failures: 0 })
    } finally {
      await relay.close()
    }
    if (kind === 'server')
      expect((await database.pool.query('select current_user as me')).rows[0].me).toMatch(
        /^voiceassist_gateway_/,
      )
  })
})
