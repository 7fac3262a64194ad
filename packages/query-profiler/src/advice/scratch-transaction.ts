import type { DatabaseSession } from './database-session.js'

/** Runs work whose every trace in the database goes with it, even if this process or the connection does not live to see its end. */
export async function inRolledBack<T>(scratch: DatabaseSession, work: () => Promise<T>): Promise<T> {
  await beginTransaction(scratch)
  try {
    return await work()
  } finally {
    await scratch.query('rollback')
  }
}

/** One that takes as long as it takes. */
export async function beginTransaction(scratch: DatabaseSession): Promise<void> {
  await scratch.query('begin')
  for (const setting of [
    'statement_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
    `lock_timeout = '5s'`,
  ])
    await scratch.query(`set local ${setting}`)
}

/** Within `inRolledBack`: the same for a part of it. */
export async function inSavepoint<T>(scratch: DatabaseSession, work: () => Promise<T>): Promise<T> {
  await scratch.query('savepoint voiceassist_trial')
  try {
    return await work()
  } finally {
    await scratch.query('rollback to voiceassist_trial')
    await scratch.query('release voiceassist_trial')
  }
}

export function inReadOnlySavepoint<T>(scratch: DatabaseSession, work: () => Promise<T>): Promise<T> {
  return inSavepoint(scratch, async () => {
    await scratch.query('set transaction read only')
    await scratch.query('set local standard_conforming_strings = on')
    return work()
  })
}
