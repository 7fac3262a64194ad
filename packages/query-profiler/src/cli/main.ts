import { ProfilerError } from '../profiler-error.js'
import { adviseCommand } from './advise-command.js'
import type { Command } from './command.js'
import { type CommandName, parseCommandLine, usage } from './command-line.js'
import { explainCommand } from './explain-command.js'
import { wrap } from './format-text.js'
import { indexesCommand } from './indexes-command.js'
import { createTerminal, type Streams } from './terminal.js'
import { topCommand } from './top-command.js'

export interface MainStreams extends Streams {
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean }
}

export interface MainEnvironment {
  /** Taken when no URL is given. */
  readonly DATABASE_URL?: string | undefined
}

const commands: Readonly<Record<CommandName, Command>> = {
  advise: adviseCommand,
  explain: explainCommand,
  indexes: indexesCommand,
  top: topCommand,
}

/**
 * Runs a command to its end. Never throws.
 * @param signal stops it, with nothing left in any database
 * @returns the exit code: 0 done, 1 failed, 2 asked for in the wrong way, 130 stopped by the signal
 */
export async function run(
  args: readonly string[],
  environment: MainEnvironment,
  streams: MainStreams,
  signal: AbortSignal,
): Promise<number> {
  const terminal = createTerminal(streams)
  try {
    const line = parseCommandLine(args)
    if (!line) {
      if (args.length > 0) terminal.result(usage)
      else terminal.say(usage)
      return args.length > 0 ? 0 : 2
    }
    await commands[line.command]({
      line: { ...line, url: line.url ?? (environment.DATABASE_URL || undefined) },
      terminal,
      signal,
      readStandardInput: () => allOf(streams.stdin, text => terminal.say(text)),
    })
    return 0
  } catch (error) {
    if (signal.aborted) {
      terminal.say('Stopped; nothing was left in any database.')
      return 130
    }
    terminal.say(describe(error))
    return error instanceof ProfilerError && error.code === 'PROFILER_OPTION_INVALID' ? 2 : 1
  }
}

async function allOf(stdin: MainStreams['stdin'], say: (text: string) => void): Promise<string> {
  if (stdin.isTTY) say('Write the query, then press Ctrl-D on a line of its own:')
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Only our own errors are known to hold no value. */
function describe(error: unknown): string {
  if (error instanceof ProfilerError) {
    const { message, remedy, code } = error
    return [
      wrap(`voiceassist-profiler: ${message}. (${code})`, 0),
      ...(remedy ? [wrap(`${remedy}.`, 2)] : []),
    ].join('\n')
  }
  const { name = 'Error', code } = error as { name?: string; code?: unknown }
  const what =
    typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? `the server answered SQLSTATE ${code}` : name
  return wrap(
    `voiceassist-profiler: Something failed that should not: ${what}. The log of the server may say more.`,
    0,
  )
}
