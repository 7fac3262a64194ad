import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayCache } from '@voiceassist/api-gateway/cache/gateway-cache'

/** Resolves when all that changed before the start is relayed; searches go past the cache before. */
export async function untilUsable(cache: GatewayCache): Promise<void> {
  while (!cache.usable) await sleep(50)
}
