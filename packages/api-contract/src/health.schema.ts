import { type Static, Type } from 'typebox'
import { strictObject } from './schema-parts.js'

export const liveness = strictObject({ status: Type.Literal('ok') })
export type Liveness = Static<typeof liveness>

const states = ['ok', 'degraded', 'down'] as const
const state = Type.Enum([...states], {
  description: 'degraded: it works without this part, more slowly',
})

export const readiness = strictObject({
  status: state,
  checks: Type.Unsafe<Record<string, Static<typeof state>>>({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...states] },
  }),
})
export type Readiness = Static<typeof readiness>
