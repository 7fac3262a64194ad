import type { Command } from '../command.js'
import { flagLine } from './flags-list.js'

export interface FlagsKillArguments {
  readonly name: string
  /** False: it is served by its rules again. */
  readonly killed: boolean
  readonly environment?: string
}

export const flagsKill: Command<FlagsKillArguments> = async (
  { dependencies, actor, out },
  { name, killed, ...scope },
) => {
  out.line(flagLine(await dependencies.services.flagAdmin.flags.setKilled(actor, name, killed, scope)))
  return 0
}
