import { lockFolder } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import { makeDataFolder } from './make-data-folder.js'

export interface DataFolderLock {
  release(): void
}

/**
 * Takes the folder for this process.
 * @throws GatewayError DATA_FOLDER_IN_USE that names the process.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  makeDataFolder(folder)
  const lock = lockFolder(folder)
  if (!lock.heldBy) return lock
  const { pid, machine, file } = lock.heldBy
  throw new GatewayError(
    'DATA_FOLDER_IN_USE',
    `The data folder ${folder} is in use by process ${pid}${machine ? ` of machine ${machine}` : ''}`,
    {
      remedy: machine
        ? `Stop that process, or set DATA_DIR to another folder; if it is gone, delete ${file}`
        : 'Stop that process, or set DATA_DIR to another folder',
    },
  )
}
