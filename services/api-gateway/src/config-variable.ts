import { isIP } from 'node:net'
import { durationMs } from '@voiceassist/kernel'
import { GatewayError } from './errors.js'

/** One environment variable: what it means, and how its text becomes a value. */
export interface ConfigVariable<T> {
  readonly description: string
  /** The value's text when the variable is absent; absent too: there is none. */
  readonly default?: string
  /** True: never shown. */
  readonly secret?: boolean
  /** @throws RangeError that says what is expected. */
  readonly parse: (text: string) => T
}

export const text = (value: string): string => value

export function integer(from: number, to: number): (value: string) => number {
  return value => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < from || number > to)
      throw new RangeError(`a whole number from ${from} to ${to}`)
    return number
  }
}

export function oneOf<const T extends string>(...allowed: T[]): (value: string) => T {
  return value => {
    if (!(allowed as string[]).includes(value)) throw new RangeError(`one of ${allowed.join(', ')}`)
    return value as T
  }
}

export function nameOf(maxLength: number): (value: string) => string {
  return value => {
    if (value.length > maxLength || !/^[a-z0-9][a-z0-9_.-]*$/.test(value))
      throw new RangeError(
        `a name of at most ${maxLength} lower-case letters, digits, '_', '.' and '-', the first a letter or digit`,
      )
    return value
  }
}

export function urlOf(...protocols: string[]): (value: string) => string {
  return value => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (!url || !protocols.includes(url.protocol)) throw new RangeError(`a URL of ${protocols.join(' or ')}`)
    return value
  }
}

export function atLeast(length: number): (value: string) => string {
  return value => {
    if (value.length < length) throw new RangeError(`at least ${length} characters`)
    return value
  }
}

/** A duration such as 30m or 24h, at most 30 days. */
export const lifetime = (value: string): string => {
  const expected = "a duration such as '30m' or '24h', above 0 and at most 30 days"
  let ms: number
  try {
    ms = durationMs(value)
  } catch {
    throw new RangeError(expected)
  }
  if (!/[a-z]/.test(value) || !(ms > 0 && ms <= 30 * 86_400_000)) throw new RangeError(expected)
  return value
}

/** IP addresses and CIDR ranges, separated by commas. */
export const addresses = (value: string): readonly string[] =>
  value.split(',').map(item => {
    const [address = '', bits, ...rest] = item.trim().split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!
    const isRange = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most)
    if (most < 0 || !isRange || rest.length > 0)
      throw new RangeError('IP addresses or CIDR ranges, separated by commas')
    return item.trim()
  })

/** @throws GatewayError CONFIG_INVALID that names the variable and what it takes, never the value. */
export function readVariable<T>(
  name: string,
  variable: ConfigVariable<T>,
  environment: NodeJS.ProcessEnv,
): T | undefined {
  const given = environment[name]
  const value = given === undefined || given === '' ? variable.default : given
  if (value === undefined) return undefined
  try {
    return variable.parse(value)
  } catch (error) {
    const expected = error instanceof Error ? error.message : String(error)
    throw new GatewayError('CONFIG_INVALID', `${name} must be ${expected}`, {
      field: name,
      remedy: `Correct ${name}, or leave it out${variable.default === undefined ? '' : ` for ${variable.default}`}`,
    })
  }
}
