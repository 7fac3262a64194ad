import { type Static, Type } from 'typebox'
import { nullable, strictObject } from './schema-parts.js'

export const flagParams = strictObject({ name: Type.String({ minLength: 1 }) })

export const callerFlag = strictObject({
  name: Type.String(),
  enabled: Type.Boolean({ description: 'Of a flag that is not boolean: it serves anything but `off`' }),
  value: Type.Unknown({ description: 'null: the default in the caller’s code holds' }),
  variant: nullable(Type.String()),
  reason: Type.String(),
})
export type CallerFlag = Static<typeof callerFlag>

export const callerFlags = strictObject({ items: Type.Array(callerFlag) })
export type CallerFlags = Static<typeof callerFlags>
