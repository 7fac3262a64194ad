import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Folders that hold nothing written by hand: by name anywhere, by path from the root. */
const skippedNames = new Set(['node_modules', 'dist', '.git', '.cache', 'coverage'])
const skippedPaths = new Set(['data'])

/**
 * Paths from `root`, with forward slashes, sorted, of the files below it whose name ends as asked.
 * @param {string} root
 * @param {RegExp} ending
 * @returns {string[]}
 */
export function sourceFiles(root, ending) {
  /** @type {string[]} */
  const found = []
  /** @param {string} folder */
  const walk = folder => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      const name = relative(root, path).split(sep).join('/')
      if (entry.isFile() && ending.test(name)) found.push(name)
      if (entry.isDirectory() && !skippedNames.has(entry.name) && !skippedPaths.has(name)) walk(path)
    }
  }
  walk(root)
  return found.sort()
}
