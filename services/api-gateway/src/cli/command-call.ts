import { resolve } from 'node:path'
import type { Role } from '../db/schema.js'
import type { CommandCall } from './commands/all-commands.js'
import { UsageError } from './parse-command-line.js'
import { readPassword } from './read-password.js'
import { type CommandWords, usageOf } from './syntax.js'

export interface GivenCommand {
  readonly words: Exclude<CommandWords, 'serve' | `migrate ${string}`>
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
}

const roles: readonly Role[] = ['user', 'viewer', 'admin']
const defaultListed = 100

/**
 * What is to be done, by itself: paths absolute and the password read, so that it can be done in another process.
 * @throws UsageError
 */
export async function commandCall({ words, operands, options }: GivenCommand): Promise<CommandCall> {
  const [first = ''] = operands
  switch (words) {
    case 'user create': {
      const { role = 'user', name } = options
      const known = roles.find(item => item === role)
      if (!known)
        throw new UsageError(`--role must be one of ${roles.join(', ')}`, `Usage: ${usageOf(words)}`)
      const password = await readPassword({ fromStdin: options['password-stdin'] === true })
      const args = { email: first, role: known, password }
      return { command: words, args: typeof name === 'string' ? { ...args, fullName: name } : args }
    }
    case 'user list':
      return { command: words, args: {} }
    case 'user disable':
    case 'user enable':
      return { command: 'user set-active', args: { who: first, active: words === 'user enable' } }
    case 'user password': {
      const password = await readPassword({ fromStdin: options['password-stdin'] === true })
      return { command: words, args: { who: first, password } }
    }
    case 'user revoke':
    case 'user delete':
      return { command: words, args: { who: first } }
    case 'flags list':
      return { command: words, args: environmentOption(options) }
    case 'flags show':
    case 'flags toggle':
      return { command: words, args: { name: first, ...environmentOption(options) } }
    case 'flags kill': {
      const args = { name: first, killed: options.revive !== true }
      return { command: words, args: { ...args, ...environmentOption(options) } }
    }
    case 'flags override': {
      const usage = `Usage: ${usageOf(words)}`
      if (typeof options.user !== 'string') throw new UsageError('--user is missing', usage)
      const override = (['on', 'off', 'none'] as const).find(state => state === options.to)
      if (!override) throw new UsageError('--to must be on, off or none', usage)
      const args = { name: first, who: options.user, override }
      return { command: words, args: { ...args, ...environmentOption(options) } }
    }
    case 'kb import': {
      const paths = operands.map(path => resolve(path))
      const concurrency = integerOption(words, options, 'concurrency', 1, 64)
      return { command: words, args: concurrency === undefined ? { paths } : { paths, concurrency } }
    }
    case 'kb list': {
      const limit = integerOption(words, options, 'limit', 1, 1000) ?? defaultListed
      return { command: words, args: { limit, json: options.json === true } }
    }
    case 'kb delete':
      return { command: words, args: { ids: operands } }
    case 'rag calibrate': {
      const { pairs, check, precision } = options
      const usage = `Usage: ${usageOf(words)}`
      if (typeof pairs !== 'string') throw new UsageError('--pairs is missing', usage)
      const share = typeof precision === 'string' ? Number(precision) : Number.NaN
      if (!(share >= 0.5 && share <= 0.999))
        throw new UsageError('--precision must be a number from 0.5 to 0.999', usage)
      const args = { pairs: resolve(pairs), precision: share }
      return {
        command: words,
        args: typeof check === 'string' ? { ...args, check: resolve(check) } : args,
      }
    }
    case 'audit verify':
      return {
        command: words,
        args: typeof options.head === 'string' ? { head: options.head } : {},
      }
    case 'audit head':
      return { command: words, args: {} }
    case 'kb reindex':
      return { command: words, args: operands.length === 0 ? {} : { id: first } }
  }
}

function environmentOption({ environment }: GivenCommand['options']): { readonly environment?: string } {
  return typeof environment === 'string' ? { environment } : {}
}

function integerOption(
  words: GivenCommand['words'],
  options: GivenCommand['options'],
  name: string,
  least: number,
  most: number,
): number | undefined {
  const given = options[name]
  if (given === undefined) return undefined
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(
    `--${name} must be a whole number from ${least} to ${most}`,
    `Usage: ${usageOf(words)}`,
  )
}
