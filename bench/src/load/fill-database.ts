import { randomBytes } from 'node:crypto'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { seedSampleKnowledgeBase } from '@voiceassist/api-gateway/first-start/sample-knowledge-base'
import { createPasswordHasher } from '@voiceassist/api-gateway/services/accounts/password-hasher'
import { createDocumentsService } from '@voiceassist/api-gateway/services/documents/documents.service'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import pg from 'pg'
import type { Account } from '../overhead/gateway-process.js'
import type { Corpus } from '../retrieval/corpus.js'
import { measureImport } from '../retrieval/measure-import.js'
import { isAdministrator } from './fleet.js'

const sessionsEach = 12
const messagesEach = 30
const maxDocumentBytes = 5 * 2 ** 20

/**
 * Makes tables, documents, and users with a history of sessions and messages; nobody is connected afterwards. All have one
 * password, since hashing one for each would take minutes.
 */
export async function fillDatabase(
  url: string,
  users: number,
  corpus: Corpus | undefined,
): Promise<readonly Account[]> {
  const embedder = createHashingEmbedder()
  const { model, dimensions } = embedder
  const database = await openDatabase({ url, limits: defaultPoolLimits, clock: systemClock })
  try {
    await migrateUp(database.db, { embedder: { model, dimensions }, concurrently: true, clock: systemClock })
    if (corpus) await measureImport(database, embedder, corpus)
    const documents = createDocumentsService({ db: database.db, embedder, maxDocumentBytes })
    await seedSampleKnowledgeBase(database.db, documents)
  } finally {
    await database.close()
  }
  const password = randomBytes(12).toString('base64url')
  const accounts = Array.from({ length: users }, (_, at) => ({ email: `user-${at}@example.org`, password }))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await insertUsers(client, accounts, await createPasswordHasher().hash(password))
    await client.query('analyze')
  } finally {
    await client.end()
  }
  return accounts
}

async function insertUsers(client: pg.Client, accounts: readonly Account[], hash: string): Promise<void> {
  // No cache knows of these yet: the triggers that would tell one are left out.
  await client.query('set session_replication_role = replica')
  await client.query(
    `insert into users (email, full_name, hashed_password, role)
     select email, 'A user', $2, role from unnest($1::text[], $3::text[]) as u (email, role)`,
    [
      accounts.map(({ email }) => email),
      hash,
      accounts.map((_, at) => (isAdministrator(at) ? 'admin' : 'user')),
    ],
  )
  await client.query(
    `insert into sessions (user_id, title, message_count, last_message_at, created_at)
     select id, 'Session ' || n, $2, now() - n * interval '1 day' + interval '1 hour', now() - n * interval '1 day'
     from users, generate_series(1, $1) as n`,
    [sessionsEach, messagesEach],
  )
  await client.query(
    `insert into messages (session_id, role, content, created_at)
     select id, case when n % 2 = 1 then 'user' else 'assistant' end,
       'What is known about the treatment of this, part ' || n || '? ' || repeat('It depends on the patient. ', 8),
       created_at + n * interval '1 minute'
     from sessions, generate_series(1, $1) as n`,
    [messagesEach],
  )
}
