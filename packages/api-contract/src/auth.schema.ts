import { type Static, Type } from 'typebox'
import { nullable, strictObject, text, timestamp, uuid } from './schema-parts.js'

export const role = Type.Enum(['user', 'viewer', 'admin'], {
  description: 'viewer: a user who may also read under /api/admin; admin: may do everything',
})
export type Role = Static<typeof role>

export const user = strictObject({
  id: uuid,
  email: Type.String(),
  fullName: Type.String(),
  role,
  createdAt: timestamp,
  lastLogin: nullable(timestamp),
})
export type User = Static<typeof user>

export const loginRequest = strictObject({
  email: text(1, 255),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
})
export type LoginRequest = Static<typeof loginRequest>

export const loginAnswer = strictObject({
  accessToken: Type.String({ description: 'Sent as: Authorization: Bearer <accessToken>' }),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'Seconds' }),
  role,
  user,
})
export type LoginAnswer = Static<typeof loginAnswer>
