import type { Cache } from '@voiceassist/cache'
import { RagError, type ReuseSetting, thresholdOf } from '@voiceassist/rag-cache'
import type { Kysely } from 'kysely'
import { cacheKeys } from '../cache/cache-keys.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import { readReuseSetting } from '../repositories/reuse-setting.repository.js'

export interface ReuseThresholdOptions {
  readonly cache: Cache
  readonly db: Kysely<Database>
  readonly embedder: Pick<Embedder, 'model' | 'dimensions'>
}

/** What `voiceassist rag calibrate` has set; undefined where it was not, or for another model. */
export async function reuseThreshold({
  cache,
  db,
  embedder: { model, dimensions },
}: ReuseThresholdOptions): Promise<number | undefined> {
  const setting = await cache.getOrSet<ReuseSetting | null>(
    cacheKeys.reuseSetting,
    async () => (await readReuseSetting(db)) ?? null,
  )
  if (!setting) return undefined
  try {
    return thresholdOf(setting, { name: model, dimensions })
  } catch (error) {
    if (error instanceof RagError && error.code === 'RAG_CALIBRATION_OTHER') return undefined
    throw error
  }
}
