import type { Command } from '../command.js'

export interface UserDeleteArguments {
  /** E-mail or id. */
  readonly who: string
}

export const userDelete: Command<UserDeleteArguments> = async ({ dependencies, actor, out }, { who }) => {
  const { email } = await dependencies.services.auth.deleteUser(actor, who)
  out.line(`deleted ${email}`)
  return 0
}
