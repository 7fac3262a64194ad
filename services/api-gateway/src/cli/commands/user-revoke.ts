import type { Command } from '../command.js'

export interface UserRevokeArguments {
  /** E-mail or id. */
  readonly who: string
}

export const userRevoke: Command<UserRevokeArguments> = async ({ dependencies, actor, out }, { who }) => {
  const { email } = await dependencies.services.auth.endLogins(actor, who)
  out.line(`ended the logins of ${email}`)
  return 0
}
