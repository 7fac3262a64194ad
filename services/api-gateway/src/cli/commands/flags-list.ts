import type { FlagRecord } from '../../services/flags/flag-record.js'
import type { Command } from '../command.js'

export interface FlagsListArguments {
  /** Default: the configured one. */
  readonly environment?: string
}

const pageSize = 500

export const flagsList: Command<FlagsListArguments> = async ({ dependencies, out, signal }, scope) => {
  const { flags } = dependencies.services.flagAdmin
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await flags.list({ ...scope, limit: pageSize, cursor })
    for (const flag of page.items) out.line(flagLine(flag))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return 0
}

/** What a command prints of a flag. */
export function flagLine({ name, type, enabled, killed, archived, rolloutPercentage }: FlagRecord): string {
  const state = archived ? 'archived' : killed ? 'killed' : enabled ? 'on' : 'off'
  const rollout = rolloutPercentage === null ? [] : [`rollout ${rolloutPercentage} %`]
  return [name, state, type, ...rollout].join('  ')
}
