import type { Command } from '../command.js'

export interface FlagsOverrideArguments {
  readonly name: string
  /** E-mail or id. */
  readonly who: string
  readonly override: 'on' | 'off' | 'none'
  readonly environment?: string
}

export const flagsOverride: Command<FlagsOverrideArguments> = async (
  { dependencies, actor, out },
  { name, who, override, ...scope },
) => {
  const { auth, flagAdmin } = dependencies.services
  const { id, email } = await auth.readUser(who)
  if (override === 'none') await flagAdmin.overrides.remove(actor, id, name, scope)
  else await flagAdmin.overrides.put(actor, id, name, { enabled: override === 'on' }, scope)
  out.line(`${name}: ${override === 'none' ? 'no override' : override} for ${email}`)
  return 0
}
