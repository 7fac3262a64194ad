import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { guard } from '../services/guard.js'

/**
 * Makes a folder that several processes may want at the same time: `make` fills one under another name, which gets the
 * name when it is complete. Whoever comes second throws away what he made.
 * @returns `folder`
 */
export async function madeOnce(folder: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${randomBytes(6).toString('hex')}`
  const keeper = guard('rm -rf "$1"', unfinished)
  try {
    await make(unfinished)
    renameSync(unfinished, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    await keeper.release()
  }
  return folder
}
