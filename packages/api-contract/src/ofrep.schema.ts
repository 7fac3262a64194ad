import { type Static, Type } from 'typebox'
import { scalarsByKey, strictObject } from './schema-parts.js'

/** The OpenFeature Remote Evaluation Protocol, 0.3: its names, not ours. */
const key = Type.String({ description: 'Name of a flag' })
const errorDetails = Type.Optional(Type.String())
const metadata = Type.Optional(scalarsByKey(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), 64))

const evaluationContext = Type.Unsafe<Record<string, unknown> & { readonly targetingKey: string }>({
  type: 'object',
  required: ['targetingKey'],
  maxProperties: 64,
  properties: {
    targetingKey: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
      description: 'Who the flags are evaluated for: the caller’s own user id, or, for administrators, any',
    },
  },
  additionalProperties: true,
})

export const ofrepRequest = Type.Object({ context: evaluationContext })
export type OfrepRequest = Static<typeof ofrepRequest>

export const ofrepParams = strictObject({ key: Type.String({ minLength: 1 }) })

/** Clients may send parameters of their own. */
export const ofrepBulkQuery = Type.Object({
  flagConfigEtag: Type.Optional(
    Type.String({ maxLength: 64, description: 'The `etag` of the event that this request answers' }),
  ),
})

export const ofrepReasons = ['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN'] as const

export const ofrepSuccess = strictObject({
  key,
  reason: Type.Enum([...ofrepReasons], {
    description: 'UNKNOWN: another one, which the metadata hold as `voiceassist.reason`',
  }),
  value: Type.Optional(Type.Unknown({ description: 'Absent: the default in the caller’s code holds' })),
  variant: Type.Optional(Type.String()),
  metadata,
})
export type OfrepSuccess = Static<typeof ofrepSuccess>

export const ofrepErrorCodes = ['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL'] as const
export type OfrepErrorCode = (typeof ofrepErrorCodes)[number]

const errorCode = Type.Enum([...ofrepErrorCodes])
export const ofrepFailure = strictObject({ key, errorCode, errorDetails })
export type OfrepFailure = Static<typeof ofrepFailure>

export const ofrepNotFound = strictObject({ key, errorCode: Type.Literal('FLAG_NOT_FOUND'), errorDetails })

const eventStream = strictObject({
  type: Type.Literal('sse'),
  endpoint: strictObject({
    requestUri: Type.String({ description: 'Holds a ticket of this login: it is a secret' }),
  }),
})

export const ofrepBulkSuccess = strictObject({
  flags: Type.Array(Type.Union([ofrepSuccess, ofrepFailure])),
  metadata,
  eventStreams: Type.Array(eventStream),
})
export type OfrepBulkSuccess = Static<typeof ofrepBulkSuccess>

export const ofrepBulkFailure = strictObject({ errorCode, errorDetails })

export const ofrepEventsQuery = strictObject({ ticket: Type.String() })
