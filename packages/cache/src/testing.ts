export type { RemoteOperation } from './remote/scripted-tier.js'
export type { CallPlan, GatedMessage, GatedOperation, MessagePlan } from './testing/memory-gate.js'
export type { MemoryLink } from './testing/memory-link.js'
export {
  type MemoryServer,
  type MemoryServerOptions,
  type MemorySnapshot,
  memoryServer,
  type RestartOptions,
} from './testing/memory-remote.js'
