import type { Role } from '../../db/schema.js'
import type { Command } from '../command.js'

export interface UserCreateArguments {
  readonly email: string
  readonly role: Role
  readonly fullName?: string
  readonly password: string
}

export const userCreate: Command<UserCreateArguments> = async ({ dependencies, actor, out }, user) => {
  const { id, email, role } = await dependencies.services.auth.createUser(actor, user)
  out.line(`created ${email} (${role}), id ${id}`)
  return 0
}
