import { checkFlag } from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import { gatewayActor } from '../audit/actor.js'
import { inTransaction } from '../db/held-transaction.js'
import type { Database } from '../db/schema.js'
import { recordAudit } from '../repositories/audit-logs.repository.js'
import { findFlag, insertFlag, lockFlags } from '../repositories/feature-flags.repository.js'
import { type OwnFlag, ownFlags } from './own-flags.js'

/**
 * Makes those of the gateway's own flags that an environment lacks.
 * @param states what a flag is made as, where it is not what `ownFlags` says
 */
export async function seedOwnFlags(
  db: Kysely<Database>,
  environment: string,
  states: { readonly [Name in OwnFlag]?: boolean } = {},
): Promise<void> {
  await inTransaction(db, async transaction => {
    await lockFlags(transaction)
    for (const own of ownFlags) {
      if (await findFlag(transaction, environment, own.name)) continue
      const enabled = states[own.name] ?? own.enabled
      const flag = checkFlag({ ...own, enabled, metadata: { permanent: true } })
      await insertFlag(transaction, environment, flag)
      await recordAudit(transaction, gatewayActor('start'), {
        action: 'flag.create',
        resource: { type: 'flag', id: own.name },
        details: { environment, enabled },
      })
    }
  })
}
