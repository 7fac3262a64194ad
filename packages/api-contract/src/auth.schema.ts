import { type Static, Type } from 'typebox'
import { nullable, strictObject, text, timestamp, uuid } from './schema-parts.js'

export const role = Type.Enum(['user', 'viewer', 'admin'], {
  description:
    'viewer: a user who may also read under /api/admin, accounts excepted; admin: may do everything',
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

export const emailInput = text(1, 255)
export const fullNameInput = text(0, 255)

/** As one that is to be checked. */
const givenPassword = Type.String({ minLength: 1, maxLength: 1024 })

export const newPassword = text(8, 128, {
  description:
    'Not one of the commonest, not the e-mail or the part before its @, not one character repeated',
})

export const loginRequest = strictObject({ email: emailInput, password: givenPassword })
export type LoginRequest = Static<typeof loginRequest>

export const loginAnswer = strictObject({
  accessToken: Type.String({ description: 'Sent as: Authorization: Bearer <accessToken>' }),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'Seconds' }),
  refreshToken: Type.String({ description: 'For POST /api/auth/refresh; good once' }),
  refreshExpiresIn: Type.Integer({
    description: 'Seconds for which it is good if the login is not used meanwhile',
  }),
  role,
  user,
})
export type LoginAnswer = Static<typeof loginAnswer>

export const refreshRequest = strictObject({ refreshToken: text(1, 255) })
export type RefreshRequest = Static<typeof refreshRequest>

export const registerRequest = strictObject({
  email: emailInput,
  password: newPassword,
  fullName: Type.Optional(fullNameInput),
})
export type RegisterRequest = Static<typeof registerRequest>

/** The same whether the e-mail was free or taken. */
export const registerAnswer = strictObject({ message: Type.String() })
export type RegisterAnswer = Static<typeof registerAnswer>

export const changePasswordRequest = strictObject({ currentPassword: givenPassword, newPassword })
export type ChangePasswordRequest = Static<typeof changePasswordRequest>
