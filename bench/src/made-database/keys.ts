import { seededRandom } from '@voiceassist/testkit'
import type { ClientBase } from 'pg'
import { zipf } from '../rag/zipf.js'
import { sentences } from './sentences.js'

/** What operations are asked with, drawn as a service in use is asked; lists have the same length. */
export interface Keys {
  readonly emails: readonly string[]
  /** Each with more than a hundred messages. */
  readonly sessions: readonly { readonly id: string; readonly userId: string }[]
  /** Each with more than a hundred audit rows, where there are such. */
  readonly auditUsers: readonly string[]
  readonly questions: readonly string[]
  /** Names, in the environment `production`. */
  readonly flags: readonly string[]
}

const count = 40
const wordsOfQuestion = 5

export async function readKeys(client: ClientBase): Promise<Keys> {
  const [emails, sessions, auditUsers, flags, questions] = [
    await column(client, 'select email as value from users order by md5(id::text) limit $1'),
    (
      await client.query<{ id: string; userId: string }>(
        `select id, user_id as "userId" from sessions where message_count > 100 order by md5(id::text) limit $1`,
        [count],
      )
    ).rows,
    await column(
      client,
      `with counted as (select user_id, count(*) as n from audit_logs where user_id is not null group by user_id)
      select user_id as value from counted where n > 100 or not exists (select from counted where n > 100)
      order by md5(user_id::text) limit $1`,
    ),
    await column(
      client,
      `select name as value from feature_flags where environment = 'production' and name like 'feature%' order by md5(name) limit $1`,
    ),
    await madeQuestions(count),
  ]
  return { emails, sessions, auditUsers, questions, flags }
}

/** Some words of a sentence each. */
export async function madeQuestions(most: number): Promise<string[]> {
  const pick = zipf(await sentences(), seededRandom(11))
  return Array.from({ length: most }, () => pick().text.split(' ').slice(0, wordsOfQuestion).join(' '))
}

async function column(client: ClientBase, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ value: string }>(sql, [count])
  return rows.map(({ value }) => value)
}
