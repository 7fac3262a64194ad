import { type Static, Type } from 'typebox'
import { emailInput, fullNameInput, newPassword, role, user } from './auth.schema.js'
import { cursor, nextCursor, strictObject } from './schema-parts.js'

/** An account as administrators see it. */
export const account = strictObject({
  ...user.properties,
  active: Type.Boolean({ description: 'false: it cannot log in' }),
})
export type Account = Static<typeof account>

export const accountListQuery = strictObject({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(cursor),
})
export type AccountListQuery = Static<typeof accountListQuery>

/** In the order of their e-mails. */
export const accountPage = strictObject({ items: Type.Array(account), nextCursor })
export type AccountPage = Static<typeof accountPage>

export const createAccountRequest = strictObject({
  email: emailInput,
  password: newPassword,
  fullName: Type.Optional(fullNameInput),
  role,
})
export type CreateAccountRequest = Static<typeof createAccountRequest>

export const changeAccountRequest = strictObject(
  {
    fullName: Type.Optional(fullNameInput),
    role: Type.Optional(role),
    active: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1 },
)
export type ChangeAccountRequest = Static<typeof changeAccountRequest>

export const resetPasswordRequest = strictObject({ newPassword })
export type ResetPasswordRequest = Static<typeof resetPasswordRequest>
