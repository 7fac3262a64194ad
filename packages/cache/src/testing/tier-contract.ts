import {
  type ContractOptions,
  type ContractRunner,
  type ContractServer,
  type ContractTest,
  inWorld,
} from './contract/contract-suite.js'
import { fillContract } from './contract/fill-contract.js'
import { invalidationContract } from './contract/invalidation-contract.js'
import { leaseContract } from './contract/lease-contract.js'
import { metaContract } from './contract/meta-contract.js'
import { readContract } from './contract/read-contract.js'
import { registryContract } from './contract/registry-contract.js'
import { setContract } from './contract/set-contract.js'

/**
 * Declares the tests that every second tier has to pass: each rule of `RemoteTier`, judged from outside by several
 * instances on one store. None depends on how fast the store is.
 */
export function tierContract(
  runner: ContractRunner,
  makeServer: () => Promise<ContractServer>,
  options: ContractOptions = {},
): void {
  const parts: Readonly<Record<string, (test: ContractTest, options: ContractOptions) => void>> = {
    reads: readContract,
    leases: leaseContract,
    fills: fillContract,
    sets: setContract,
    invalidations: invalidationContract,
    meta: metaContract,
    registry: registryContract,
  }
  for (const [name, declare] of Object.entries(parts)) {
    runner.describe(name, () => {
      declare((title, run) => {
        runner.it(title, () => inWorld(makeServer, run))
      }, options)
    })
  }
}
