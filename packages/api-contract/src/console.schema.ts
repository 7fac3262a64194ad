import { type Static, Type } from 'typebox'
import { role } from './auth.schema.js'
import { strictObject, timestamp, uuid } from './schema-parts.js'

export const consoleSession = strictObject(
  {
    user: strictObject({ id: uuid, email: Type.String(), role }),
    expiresAt: timestamp,
  },
  { description: 'expiresAt: when the access cookie ends; refreshing renews it' },
)
export type ConsoleSession = Static<typeof consoleSession>
