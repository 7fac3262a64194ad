import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'

/**
 * Makes a folder that several processes may want at the same time: `make` fills one under another name, which gets the
 * name when it is complete. Whoever comes second throws away what he made.
 * @returns `folder`
 */
export async function madeOnce(folder: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${randomBytes(6).toString('hex')}`
  try {
    await make(unfinished)
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
