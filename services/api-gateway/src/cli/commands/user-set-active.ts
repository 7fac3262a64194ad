import type { Command } from '../command.js'

export interface UserSetActiveArguments {
  /** E-mail or id. */
  readonly who: string
  readonly active: boolean
}

export const userSetActive: Command<UserSetActiveArguments> = async (
  { dependencies, actor, out },
  { who, active },
) => {
  const user = await dependencies.services.auth.updateUser(actor, who, { active })
  out.line(`${user.active ? 'enabled' : 'disabled'} ${user.email}`)
  return 0
}
