export { createFeatureFlagsIn } from './create-feature-flags.js'
export { type ContractRunner, flagStoreContract, type StoreUnderTest } from './testing/flag-store-contract.js'
export { type FlagInput, MemoryFlagStore } from './testing/memory-flag-store.js'
