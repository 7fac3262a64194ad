import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DatabaseKind,
  type EmbeddingsServer,
  startEmbeddingsServer,
  type TempDatabase,
  tempDatabase,
} from '@voiceassist/testkit'
import type { Environment } from './gateway-process.js'

/** What processes of the gateway work on: a database, an embedder and a folder of a test's own. */
export interface GatewayStage {
  readonly temp: TempDatabase
  readonly embeddings: EmbeddingsServer
  /** For a test's files; the data folder lies in it, or is the embedded database's. */
  readonly folder: string
  readonly environment: Environment
  close(): Promise<void>
}

export async function openStage(
  kind: DatabaseKind,
  { migrated = true }: { readonly migrated?: boolean } = {},
): Promise<GatewayStage> {
  const temp = await tempDatabase({ kind, migrated })
  const embeddings = await startEmbeddingsServer()
  const folder = mkdtempSync(join(tmpdir(), 'va-stage-'))
  return {
    temp,
    embeddings,
    folder,
    environment: {
      DATA_DIR: join(folder, 'data'),
      ...temp.environment,
      ...embeddings.environment,
      LOG_LEVEL: 'silent',
    },
    async close() {
      await embeddings.close()
      await temp.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
