import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** What a folder's files are taken by; a file that is named itself is taken whatever its name. */
const extensions = new Set(['.md', '.markdown', '.txt', '.html', '.htm', '.pdf'])

export interface FoundFiles {
  /** Absolute, without symbolic links, each once. */
  readonly files: readonly string[]
  /** Files in folders that are of another kind. */
  readonly ignored: number
  /** Paths that cannot be read, each with the reason. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[]
}

/** The documents below files and folders: sorted by name, hidden ones left out, links followed once. */
export async function findFiles(paths: readonly string[], signal?: AbortSignal): Promise<FoundFiles> {
  const files = new Set<string>()
  const folders = new Set<string>()
  const failed: { path: string; reason: string }[] = []
  let ignored = 0

  const visit = async (path: string, isNamed: boolean): Promise<void> => {
    signal?.throwIfAborted()
    try {
      const real = await realpath(path)
      const facts = await stat(real)
      if (facts.isDirectory()) {
        if (folders.has(real)) return
        folders.add(real)
        const names = (await readdir(real)).filter(name => !name.startsWith('.')).sort()
        for (const name of names) await visit(join(real, name), false)
      } else if (facts.isFile() && (isNamed || extensions.has(extname(real).toLowerCase()))) files.add(real)
      else ignored += 1
    } catch (error) {
      signal?.throwIfAborted()
      failed.push({ path, reason: fileError(error) })
    }
  }
  for (const path of paths) await visit(path, true)
  return { files: [...files], ignored, failed }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or folder',
  EACCES: 'It may not be read by this user',
  EPERM: 'It may not be read by this user',
  ELOOP: 'It is a symbolic link to itself',
}

/** What went wrong with a file, for people. */
export function fileError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return reasons[code] ?? message
}
