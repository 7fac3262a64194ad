import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../errors.js'
import { makeDataFolder } from './make-data-folder.js'

const secretBytes = 32

interface SecretFile {
  readonly name: string
  readonly field: string
  readonly variable: string
  /** What it means to do without. */
  readonly lost: string
}

const tokenFile: SecretFile = {
  name: 'secrets.json',
  field: 'tokenSecret',
  variable: 'TOKEN_SECRET',
  lost: 'every user then signs in again',
}

const auditFile: SecretFile = {
  name: 'audit-key.json',
  field: 'auditKey',
  variable: 'AUDIT_HMAC_KEY',
  lost: 'the audit rows that were sealed with it can then not be verified',
}

const cacheFile: SecretFile = {
  name: 'cache-key.json',
  field: 'cacheKey',
  variable: 'CACHE_ENCRYPTION_KEYS',
  lost: 'what the cache has encrypted is then read from the database again',
}

const tenantFile: SecretFile = {
  name: 'tenant-key.json',
  field: 'tenantKey',
  variable: 'TENANT_KEY',
  lost: 'cached searches are then made again',
}

/**
 * Signs access tokens where the environment does not give a secret: made once, kept in the data folder with mode 0600.
 * @throws GatewayError CONFIG_INVALID when the file cannot be read as what it should be.
 */
export function generatedTokenSecret(folder: string): string {
  return generated(folder, tokenFile)
}

/** Seals audit rows where the environment gives no key. @throws as `generatedTokenSecret` */
export function generatedAuditKey(folder: string): string {
  return generated(folder, auditFile)
}

/** Encrypts what the cache keeps, 32 bytes in base64. @throws as `generatedTokenSecret` */
export function generatedCacheKey(folder: string): string {
  return generated(folder, cacheFile)
}

/** Keys the HMACs of what the cache keeps of queries. @throws as `generatedTokenSecret` */
export function generatedTenantKey(folder: string): string {
  return generated(folder, tenantFile)
}

/** The key that a gateway with this data folder has made; a new one would verify nothing. @throws GatewayError CONFIG_INVALID. */
export function existingAuditKey(folder: string): string {
  const path = join(folder, auditFile.name)
  if (existsSync(path)) return readSecret(path, auditFile)
  throw new GatewayError('CONFIG_INVALID', 'The key of the audit rows is not known here', {
    field: auditFile.variable,
    remedy: 'Set AUDIT_HMAC_KEY, or DATA_DIR to the folder of the gateway that made the key',
  })
}

function generated(folder: string, file: SecretFile): string {
  makeDataFolder(folder)
  const path = join(folder, file.name)
  const fresh = join(folder, `${file.name}.${randomBytes(8).toString('hex')}`)
  writeFileSync(fresh, JSON.stringify({ [file.field]: randomBytes(secretBytes).toString('base64') }), {
    mode: 0o600,
  })
  try {
    linkSync(fresh, path) // whoever comes second keeps the first one's
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  return readSecret(path, file)
}

function readSecret(path: string, file: SecretFile): string {
  let found: Record<string, unknown>
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (cause) {
    throw damaged(path, file, cause)
  }
  const secret = found[file.field]
  if (typeof secret !== 'string' || secret.length < secretBytes) throw damaged(path, file)
  return secret
}

function damaged(path: string, { variable, lost }: SecretFile, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', `${path} does not hold the generated secret`, {
    field: variable,
    remedy: `Set ${variable}, or delete the file: ${lost}`,
    cause,
  })
}
