import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const traceNames = ['web07', 'web12'] as const

/** The keys of a trace in the order they were asked for. @throws Error that names the file. */
export function readTrace(folder: string, name: (typeof traceNames)[number]): string[] {
  const path = join(folder, `${name}.trace.xz`)
  if (!existsSync(path)) throw new Error(`there is no ${path}; give another folder with --traces DIR`)
  const bytes = execFileSync('xz', ['--decompress', '--stdout', path], { maxBuffer: 2 ** 28 })
  return Array.from({ length: bytes.length / 4 }, (_, at) => String(bytes.readUInt32BE(at * 4)))
}
