import { type Algorithm, hash, type Version, verify } from '@node-rs/argon2'
import { GatewayError } from '../../errors.js'

export interface PasswordHasher {
  /** PHC string. @throws GatewayError OVERLOADED when too many wait. */
  hash(password: string): Promise<string>
  /** Without a stored hash it works as long, and is false. @throws GatewayError OVERLOADED when too many wait. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** Whether a stored hash was made with other parameters than new ones are. */
  needsRehash(stored: string): boolean
}

/** OWASP's minimum for argon2id; 19 MiB a computation. */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  version: 1 satisfies Version.V0x13,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const

/** How the PHC string of every hash begins that is made with these parameters. */
const prefix = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`

/** A hash of the same cost that belongs to no password. */
const nobodysHash = `${prefix}${zeros(16)}$${zeros(32)}`

/** libuv has four threads for everything; hashing shall not take them all. */
const maxConcurrent = 2
const maxWaiting = 64

/** argon2id on libuv's threads, a few at once, with a bounded queue. */
export function createPasswordHasher(): PasswordHasher {
  const turn = createTurns(maxConcurrent, maxWaiting)
  return {
    hash: password => turn(() => hash(password, parameters)),
    async verify(stored, password) {
      const matches = await turn(() => verify(stored ?? nobodysHash, password))
      return matches && stored !== undefined
    },
    needsRehash: stored => !stored.startsWith(prefix),
  }
}

function createTurns(concurrent: number, waitingAtMost: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrent) {
      if (waiting.length >= waitingAtMost)
        throw new GatewayError('OVERLOADED', 'Too many passwords are being checked')
      await new Promise<void>(resolve => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

function zeros(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64').replaceAll('=', '')
}
