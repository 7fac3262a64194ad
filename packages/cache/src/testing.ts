export type { Surroundings } from './cache-core.js'
export { createCacheIn } from './create-cache.js'
export type { RemoteOperation } from './remote/scripted-tier.js'
export type { ContractOptions, ContractRunner, ContractServer } from './testing/contract/contract-suite.js'
export type { CallPlan, GatedMessage, GatedOperation, MessagePlan } from './testing/memory-gate.js'
export type { MemoryLink } from './testing/memory-link.js'
export {
  type MemoryServer,
  type MemoryServerOptions,
  type MemorySnapshot,
  memoryServer,
  type RestartOptions,
} from './testing/memory-remote.js'
export { tierContract } from './testing/tier-contract.js'
export { type ChaosPlan, type ChaosStep, withChaos } from './testing/with-chaos.js'
