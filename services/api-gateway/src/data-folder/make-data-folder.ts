import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { GatewayError } from '../errors.js'

/** @throws GatewayError CONFIG_INVALID that names DATA_DIR. */
export function makeDataFolder(folder: string): void {
  try {
    makeMissing(folder)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new GatewayError('CONFIG_INVALID', `The data folder cannot be made: ${reason}`, {
      field: 'DATA_DIR',
      remedy: 'Set DATA_DIR to a folder that can be written',
      cause,
    })
  }
}

/** Folder by folder: `recursive` never ends on a file system that takes no folders, such as /proc. */
function makeMissing(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeMissing(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
