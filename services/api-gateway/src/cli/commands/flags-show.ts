import type { Command } from '../command.js'

export interface FlagsShowArguments {
  readonly name: string
  readonly environment?: string
}

export const flagsShow: Command<FlagsShowArguments> = async ({ dependencies, out }, { name, ...scope }) => {
  out.line(JSON.stringify(await dependencies.services.flagAdmin.flags.read(name, scope), null, 2))
  return 0
}
