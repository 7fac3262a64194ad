import type { Command } from '../command.js'
import { flagLine } from './flags-list.js'

export interface FlagsToggleArguments {
  readonly name: string
  readonly environment?: string
}

export const flagsToggle: Command<FlagsToggleArguments> = async (
  { dependencies, actor, out },
  { name, ...scope },
) => {
  out.line(flagLine(await dependencies.services.flagAdmin.flags.toggle(actor, name, undefined, scope)))
  return 0
}
