import { type Static, Type } from 'typebox'
import { cursor, nextCursor, nullable, strictObject, text, timestamp, uuid } from './schema-parts.js'

export const auditRow = strictObject({
  id: uuid,
  timestamp,
  /** Place in the chain; null until it is sealed. */
  seq: nullable(Type.String({ description: 'Place in the sealed chain; null: not sealed yet' })),
  userId: nullable(uuid),
  user: nullable(Type.String({ description: 'The account’s e-mail, or a pseudonym once it is deleted' })),
  userRole: nullable(Type.String()),
  action: Type.String(),
  resourceType: nullable(Type.String()),
  resourceId: nullable(Type.String()),
  requestId: nullable(Type.String()),
  ipAddress: nullable(Type.String()),
  userAgent: nullable(Type.String()),
  service: Type.String(),
  endpoint: nullable(Type.String()),
  success: Type.Boolean(),
  statusCode: nullable(Type.Integer()),
  error: nullable(Type.String()),
  details: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  ),
})
export type AuditRow = Static<typeof auditRow>

export const auditListQuery = strictObject({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  cursor: Type.Optional(cursor),
  userId: Type.Optional(uuid),
  action: Type.Optional(text(1, 100, { description: 'As in docs/audit.md' })),
  resourceType: Type.Optional(text(1, 100)),
  resourceId: Type.Optional(text(1, 255)),
  requestId: Type.Optional(text(1, 100)),
  success: Type.Optional(Type.Boolean()),
  from: Type.Optional(timestamp),
  to: Type.Optional(timestamp),
  format: Type.Union([Type.Literal('json'), Type.Literal('csv')], {
    default: 'json',
    description: 'csv: all rows that match, as a file; limit and cursor are not looked at',
  }),
})
export type AuditListQuery = Static<typeof auditListQuery>

/** Newest first. */
export const auditPage = strictObject({ items: Type.Array(auditRow), nextCursor })
export type AuditPage = Static<typeof auditPage>

export const auditVerifyQuery = strictObject({
  head: Type.Optional(text(1, 300, { description: 'A signed head that was kept elsewhere' })),
})
export type AuditVerifyQuery = Static<typeof auditVerifyQuery>

export const auditVerification = strictObject({
  ok: Type.Boolean({ description: 'Nothing is broken, and the chain holds the head that was given' }),
  checked: Type.Integer({ description: 'Links found sound before the first that is not' }),
  broken: nullable(
    strictObject({
      seq: Type.String(),
      auditId: uuid,
      reason: Type.Union([Type.Literal('gap'), Type.Literal('row gone'), Type.Literal('row altered')]),
    }),
  ),
  unsealed: strictObject({ count: Type.Integer(), oldest: nullable(timestamp) }),
  head: Type.Union([
    Type.Literal('not given'),
    Type.Literal('held'),
    Type.Literal('cut'),
    Type.Literal('other'),
  ]),
})
export type AuditVerification = Static<typeof auditVerification>

export const auditHead = strictObject({
  head: Type.String({ description: 'Keep it where the database’s administrator cannot write' }),
})
export type AuditHead = Static<typeof auditHead>
