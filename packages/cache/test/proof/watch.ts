import { StoredValue } from '#src/codec/stored-value'
import { ValueCodec } from '#src/codec/value-codec'
import { entryPolicy } from '#src/policy/entry-policy'
import type {
  AcquireReply,
  FillReply,
  FillRequest,
  Scope,
  SetReply,
  SetRequest,
} from '#src/remote/remote-tier'
import type { Call } from './node.js'
import type { Oracle } from './oracle.js'
import type { SimTime } from './sim-time.js'
import type { Source, Version } from './source.js'

const codec = new ValueCodec('va', [])

interface Watched {
  readonly oracle: Oracle
  readonly source: Source
  readonly time: SimTime
  readonly serverStepMs: number
  log(text: string): void
}

/** Tells the oracle of a step of the second tier that has just run. */
export function watch(world: Watched, { node, operation }: Call, result: unknown): void {
  const { oracle, source, time } = world
  const { name, args } = operation
  const serverMs = time.nowMs + world.serverStepMs
  world.log(`${node.id} ran ${name} ${operation.key ?? ''} ${brief(result)}`)
  switch (name) {
    case 'acquire': {
      const reply = result as AcquireReply
      const { token } = args[0] as { token: string }
      if (reply.outcome === 'leased') oracle.leased(operation.key as string, token, node.id, reply, serverMs)
      return
    }
    case 'renew':
      if (result) oracle.renewed(operation.key as string, args[2] as string, serverMs)
      return
    case 'release':
      oracle.released(operation.key as string, args[2] as string)
      return
    case 'fill': {
      const { key, token, envelope } = args[0] as FillRequest
      oracle.released(key, token)
      oracle.stats.fills++
      if ((result as FillReply).stored) oracle.stored(key, versionIn(key, envelope), 'a fill')
      else oracle.stats.refused++
      return
    }
    case 'set': {
      const { key, envelope } = args[0] as SetRequest
      const { outcome } = result as SetReply
      const v = versionIn(key, envelope)
      oracle.stats.sets++
      if (outcome === 'stored') oracle.stored(key, v, 'a set')
      if (outcome !== 'kept') oracle.invalidated(key, outcome === 'stored' ? v : source.of(key), time.nowMs)
      return
    }
    case 'invalidateKeys':
      for (const key of args[1] as string[])
        oracle.invalidated(key, Math.min(source.of(key), ...(node.localSets.get(key) ?? [])), time.nowMs)
      return
    case 'invalidateScope': {
      const [partitions, { kind, names }] = args as [number[], Scope]
      for (const key of oracle.reached(kind, names, partitions))
        oracle.invalidated(key, source.of(key), time.nowMs)
    }
  }
}

function versionIn(key: string, envelope: Buffer): number {
  return (codec.decode(key, entryPolicy({}), new StoredValue(envelope)) as Version).v
}

function brief(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result)
  const { gen, seq, outcome, stored } = result as Record<string, unknown>
  return [typeof gen === 'string' ? gen.slice(0, 3) : '', seq, outcome, stored]
    .filter(each => each !== undefined)
    .join(' ')
}
