import type { Command } from '../command.js'

export interface UserPasswordArguments {
  /** E-mail or id. */
  readonly who: string
  readonly password: string
}

export const userPassword: Command<UserPasswordArguments> = async (
  { dependencies, actor, out },
  { who, password },
) => {
  const { email } = await dependencies.services.auth.resetPassword(actor, who, password)
  out.line(`changed the password of ${email} and ended its logins`)
  return 0
}
