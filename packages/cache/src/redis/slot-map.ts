import type { NatMap, Redis, RedisOptions } from 'ioredis'
import type { RedisAddress } from './redis-options.js'

/** The first slot of each of `partitions` even shares, plus half of a 64th: where key-layout.ts puts its hash tags. */
export function slotOf(partition: number, partitions: number): number {
  return (partition * 16_384) / partitions + 128
}

/** The master of each partition's slot, by CLUSTER SLOTS; `undefined` where a slot is not served. */
export async function readSlotMap(
  client: Redis,
  partitions: number,
  options: RedisOptions,
): Promise<(RedisAddress | undefined)[]> {
  const ranges = (await client.call('cluster', 'slots')) as [number, number, [string | null, number]][]
  return Array.from({ length: partitions }, (_, partition) => {
    const slot = slotOf(partition, partitions)
    const range = ranges.find(([first, last]) => Number(first) <= slot && slot <= Number(last))
    if (!range) return undefined
    const [host, port] = range[2]
    // A node that does not know its own name is where it was asked.
    const known = host && host !== '?' ? host : (client.options.host ?? 'localhost')
    return translate({ host: known, port: Number(port) }, options.natMap)
  })
}

function translate(address: RedisAddress, natMap: NatMap | undefined): RedisAddress {
  const name = addressName(address)
  return (typeof natMap === 'function' ? natMap(name) : natMap?.[name]) ?? address
}

export function addressName({ host, port }: RedisAddress): string {
  return `${host}:${port}`
}

/** Whether a node gives away or takes in one of the slots: its own line of CLUSTER NODES says so. */
export async function movesSlots(client: Redis, slots: ReadonlySet<number>): Promise<boolean> {
  const text = String(await client.call('cluster', 'nodes'))
  const own = text.split('\n').find(line => line.includes('myself')) ?? ''
  return [...own.matchAll(/\[(\d+)-[<>]-/g)].some(([, slot]) => slots.has(Number(slot)))
}
