import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The system's limit is 108 bytes on Linux and 104 elsewhere, its closing zero included. */
const longestPath = 100

export interface ShortSocketPath {
  readonly path: string
  /** Call once the socket is listened on or connected to. */
  release(): void
}

/** A name for a socket's path that the system takes: its own, or one through a short-lived link to its folder. */
export function shortSocketPath(path: string): ShortSocketPath {
  if (Buffer.byteLength(path) <= longestPath) return { path, release: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'va-'))
  const link = join(folder, 'd')
  symlinkSync(dirname(path), link)
  return { path: join(link, basename(path)), release: () => rmSync(folder, { recursive: true, force: true }) }
}
