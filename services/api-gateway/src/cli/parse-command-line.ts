import { parseArgs } from 'node:util'
import {
  type CommandSyntax,
  type CommandWords,
  commandSyntaxes,
  helpOf,
  overview,
  syntaxOf,
  usageOf,
} from './syntax.js'

/** The command line cannot be understood; the usage says how it would be. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly usage: string,
  ) {
    super(message)
    this.name = 'UsageError'
  }
}

export type ParsedCommandLine =
  | { readonly help: string }
  | { readonly version: true }
  | {
      readonly words: CommandWords
      readonly operands: readonly string[]
      readonly options: Readonly<Record<string, string | boolean | undefined>>
    }

/** @throws UsageError */
export function parseCommandLine(argv: readonly string[]): ParsedCommandLine {
  const [first = '', second] = argv
  if (first === '--version' || first === '-V') return { version: true }
  if (first === '--help' || first === '-h' || first === 'help') return { help: overview() }
  const two = `${first} ${second}`
  if (isCommand(two)) return parseOptions(two, argv.slice(2))
  if (isCommand(first)) return parseOptions(first, argv.slice(1))
  const isGroup = Object.keys(commandSyntaxes).some(words => words.startsWith(`${first} `))
  if (!isGroup)
    throw new UsageError(first ? `There is no command '${first}'` : 'No command is given', overview())
  if (second === '--help' || second === '-h') return { help: overview(first) }
  throw new UsageError(
    second === undefined ? `'${first}' needs a command behind it` : `There is no command '${two}'`,
    overview(first),
  )
}

function isCommand(words: string): words is CommandWords {
  return Object.hasOwn(commandSyntaxes, words)
}

function parseOptions(words: CommandWords, argv: readonly string[]): ParsedCommandLine {
  const syntax = syntaxOf(words)
  const options = Object.entries(syntax.options).map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    if (values.help) return { help: helpOf(words) }
    refuseWrongCount(syntax, positionals)
    return { words, operands: positionals, options: values as Record<string, string | boolean | undefined> }
  } catch (error) {
    // The first sentence; those behind it explain Node's rules.
    const [message = ''] = (error as Error).message.split(/\. (?=[A-Z])/)
    throw new UsageError(message, `Usage: ${usageOf(words)}`)
  }
}

function refuseWrongCount({ operand }: CommandSyntax, given: readonly string[]): void {
  const most = operand === undefined ? 0 : operand.includes('…') ? Number.POSITIVE_INFINITY : 1
  const least = operand === undefined || operand.startsWith('[') ? 0 : 1
  if (given.length < least) throw new Error(`${operand?.replace('…', '')} is missing`)
  if (given.length > most) throw new Error(`'${given[most]}' is one argument too many`)
}
