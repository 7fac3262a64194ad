import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { machine } from './say.js'

/** Of what a bench stands on. */
export interface Versions {
  readonly node: string
  readonly [part: string]: string
}

/** Writes `{ bench, at, machine, versions, … }` as JSON. */
export async function writeResults(
  path: string,
  bench: string,
  versions: Versions,
  results: Readonly<Record<string, unknown>>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const report = { bench, at: new Date().toISOString(), machine: machine(), versions, ...results }
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
}
