import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@voiceassist/api-gateway/config'
import { type Dependencies, openDependencies } from '@voiceassist/api-gateway/dependencies'
import { pino } from 'pino'
import { auditKey } from '../made-database/fill-database.js'
import { untilUsable } from '../rag/until-usable.js'

/** For gateways on one database and one Redis: all have the same secrets. */
export function gatewayEnvironment(
  databaseUrl: string,
  redisUrl: string,
  embeddings: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  const secret = Buffer.alloc(32, 5).toString('base64')
  return {
    ...embeddings,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: folder,
    AUDIT_HMAC_KEY: auditKey,
    TOKEN_SECRET: secret,
    TENANT_KEY: secret,
    CACHE_ENCRYPTION_KEYS: `bench:${secret}`,
  }
}

/** What a gateway is made of, in this process and without HTTP. Resolves when its caches are in use. */
export async function openGateway(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Dependencies> {
  const dependencies = await openDependencies(readConfig(environment), {
    logger: pino({ level: 'silent' }),
    role: 'gateway',
    embedding: 'same model',
  })
  if (environment.CACHE_ENABLED !== 'false') await untilUsable(dependencies.cache)
  return dependencies
}

export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
