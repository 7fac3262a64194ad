import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { orderOf } from '../cache/side-by-side.js'
import { sayProgress } from '../common/say.js'
import { alone } from '../made-database/alone.js'
import type { Keys } from '../made-database/keys.js'
import type { MadeDatabase } from '../made-database/made-database.js'
import { type OperationName, operationNames, operations } from '../made-database/operations.js'
import { Times } from '../made-database/timed.js'

export type ColdTimes = Readonly<Record<OperationName, Readonly<Record<'before' | 'indexes', Times>>>>

/** The first call of each operation on a server that was just started, and whose files the system has forgotten. */
export async function measureCold(
  made: MadeDatabase,
  forget: () => Promise<void>,
  embedder: Embedder,
  keys: Keys,
  rounds: number,
): Promise<ColdTimes> {
  const times = Object.fromEntries(
    operationNames.map(name => [name, { before: new Times(), indexes: new Times() }]),
  ) as unknown as ColdTimes
  for (let round = 0; round < rounds; round++)
    for (const state of orderOf(['before', 'indexes'] as const, round)) {
      sayProgress(`cold, round ${round + 1} of ${rounds}, ${state}`)
      await forget()
      const database = await alone(made)
      try {
        const run = operations(database.db, keys, embedder)
        // What taking the indexes down reads of the catalogs has then been read either way.
        if (state === 'indexes') await database.within('before', async () => {})
        await database.within(state, async () => {
          for (const name of orderOf(operationNames, round)) {
            const startedAt = performance.now()
            await run[name](round)
            times[name][state].add([performance.now() - startedAt])
          }
        })
      } finally {
        await database.close()
      }
    }
  sayProgress('')
  return times
}
