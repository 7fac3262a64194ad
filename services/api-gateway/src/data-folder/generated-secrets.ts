import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../errors.js'
import { makeDataFolder } from './make-data-folder.js'

export interface Secrets {
  /** Signs access tokens. */
  readonly tokenSecret: string
}

const secretBytes = 32

/**
 * The secrets that the environment does not give: made once, kept in the data folder with mode 0600.
 * @throws GatewayError CONFIG_INVALID when the file cannot be read as what it should be.
 */
export function generatedSecrets(folder: string): Secrets {
  makeDataFolder(folder)
  const path = join(folder, 'secrets.json')
  const fresh = join(folder, `secrets.${randomBytes(8).toString('hex')}`)
  writeFileSync(fresh, JSON.stringify({ tokenSecret: randomBytes(secretBytes).toString('base64') }), {
    mode: 0o600,
  })
  try {
    linkSync(fresh, path) // whoever comes second keeps the first one's
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  return readSecrets(path)
}

function readSecrets(path: string): Secrets {
  let found: Partial<Secrets>
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>
  } catch (cause) {
    throw damaged(path, cause)
  }
  if (typeof found.tokenSecret !== 'string' || found.tokenSecret.length < secretBytes) throw damaged(path)
  return { tokenSecret: found.tokenSecret }
}

function damaged(path: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', `${path} does not hold the generated secrets`, {
    field: 'TOKEN_SECRET',
    remedy: 'Set TOKEN_SECRET, or delete the file: every user then signs in again',
    cause,
  })
}
