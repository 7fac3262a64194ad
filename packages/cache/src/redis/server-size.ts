import { redisError } from './redis-error.js'
import type { RedisLink } from './redis-link.js'
import { parseInfo } from './server-check.js'

export interface ServerSize {
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
}

/** Of the masters as a whole, whoever's data it is. */
export async function measureServers(links: readonly RedisLink[]): Promise<ServerSize> {
  try {
    const all = await Promise.all(links.map(measure))
    const sum = (field: keyof ServerSize) => all.reduce((total, server) => total + server[field], 0)
    return { entries: sum('entries'), bytes: sum('bytes'), evictions: sum('evictions') }
  } catch (error) {
    throw redisError(error)
  }
}

async function measure(link: RedisLink): Promise<ServerSize> {
  const [entries, memory, stats] = await Promise.all([
    link.send('dbsize', []),
    link.send('info', ['memory']),
    link.send('info', ['stats']),
  ])
  const number = (info: unknown, field: string) => Number(parseInfo(String(info)).get(field) ?? 0)
  return {
    entries: Number(entries),
    bytes: number(memory, 'used_memory'),
    evictions: number(stats, 'evicted_keys'),
  }
}
