import type { RemoteTier } from '../../remote/remote-tier.js'
import { ContractClient } from './contract-client.js'

/** What declares tests: Vitest, node:test, Mocha and their like. */
export interface ContractRunner {
  describe(name: string, declare: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}

/** The store under test, started for one test; it may be one that all tests share, since each has its own prefix. */
export interface ContractServer {
  /** Another tier on the same store, not open yet. */
  tier(): RemoteTier
  /** Moves the store's clock on by this, or waits for it; at most a second unless `movesTime`. */
  passTime(ms: number): Promise<void>
  /** Ends the store's incarnation, with its values kept, and starts the next; absent: those rules are not tested. */
  restart?(): Promise<void>
  close(): Promise<void>
}

export interface ContractOptions {
  /** `passTime` takes no time, so that rules over minutes are tested too. */
  readonly movesTime?: boolean
  /** The store can be restarted by `restart`. */
  readonly restarts?: boolean
}

/** What a test of the contract acts with. */
export interface ContractWorld {
  readonly server: ContractServer
  readonly a: ContractClient
  readonly b: ContractClient
  /** One more instance; of this test's prefix unless another is named. */
  client(instance: string, prefix?: string): Promise<ContractClient>
}

export type ContractTest = (name: string, run: (world: ContractWorld) => Promise<void>) => void

let prefixes = 0

/** Runs one test between a start and a close. */
export async function inWorld(
  makeServer: () => Promise<ContractServer>,
  run: (world: ContractWorld) => Promise<void>,
): Promise<void> {
  const server = await makeServer()
  const clients: ContractClient[] = []
  // Unique on a server that outlives this process.
  const own = `ct${process.pid.toString(36)}${Date.now().toString(36)}${(++prefixes).toString(36)}`
  const client = async (instance: string, prefix = own) => {
    const made = new ContractClient(server.tier(), `${instance}-${prefix}`, prefix)
    clients.push(made)
    await made.ready()
    return made
  }
  try {
    await run({ server, a: await client('a'), b: await client('b'), client })
  } finally {
    for (const { tier } of clients) await tier.close()
    await server.close()
  }
}
