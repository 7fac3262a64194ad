import { type Static, Type } from 'typebox'
import { strictObject } from './schema-parts.js'

export const liveness = strictObject({ status: Type.Literal('ok') })
export type Liveness = Static<typeof liveness>

const state = Type.Enum(['ok', 'down'])

export const readiness = strictObject({
  status: state,
  checks: Type.Unsafe<Record<string, Static<typeof state>>>({
    type: 'object',
    additionalProperties: { type: 'string', enum: ['ok', 'down'] },
  }),
})
export type Readiness = Static<typeof readiness>
