import { type Static, Type } from 'typebox'
import { strictObject } from './schema-parts.js'

/** The body of every answer that is not a success (RFC 9457), sent as application/problem+json. */
export const problem = strictObject({
  type: Type.String({ description: 'URI of the kind of problem' }),
  title: Type.String({ description: 'What the code means; the same for every occurrence' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'What is wrong with this request' }),
  code: Type.String({ description: 'Stable; what a program may switch on' }),
  field: Type.Optional(
    Type.String({ description: 'Path of the input at fault, such as filters.documentIds[0]' }),
  ),
  requestId: Type.String({ description: 'The same as in the header X-Request-Id and in the log' }),
})
export type Problem = Static<typeof problem>
