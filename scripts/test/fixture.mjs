import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/**
 * A folder with these files, for as long as the test runs.
 * @param {Record<string, string>} files path to content
 */
export function folderWith(files) {
  const root = mkdtempSync(join(tmpdir(), 'voiceassist-fixture-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/**
 * Runs a check of `scripts/` on a folder.
 * @param {string} script
 * @param {string} root
 * @param {string[]} options
 */
export function runCheckOn(script, root, ...options) {
  const program = fileURLToPath(new URL(`../${script}`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, root, ...options], {
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}
