import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/**
 * Runs an ES module in a Node process of its own, from a file: worker threads refuse to inherit `--input-type`.
 * Import by absolute URL (`import.meta.resolve`).
 */
export function spawnModule(source: string): ChildProcessByStdio<null, Readable, null> {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-module-'))
  const file = join(folder, 'module.mjs')
  writeFileSync(file, source)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.once('exit', () => rmSync(folder, { recursive: true }))
  return child
}
