import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/voiceassist-profiler.js', import.meta.url))

/** Stands in passwords, literals, tables and texts of the tests; nothing may print it. */
export const canary = 'Canary-4711'

export interface CliRun {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** Of standard output, which then holds one JSON document. */
  readonly json: Record<string, unknown>
}

export interface CliOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** When it has been started. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>
}

/** Runs the command line as a process of its own, with nothing of this one's environment. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { input = '', environment = {}, meanwhile } = options
  const env = { PATH: process.env.PATH, HOME: tmpdir(), USER: 'nobody', ...environment }
  const child = spawn(process.execPath, [bin, ...args], { env })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', text => (texts.out += text))
  child.stderr.setEncoding('utf8').on('data', text => (texts.err += text))
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(input)
  const closed = once(child, 'close')
  await meanwhile?.(child)
  const [code] = await closed
  expect((texts.out + texts.err).toLowerCase()).not.toContain(canary.toLowerCase())
  return {
    code,
    ...texts,
    get json() {
      return JSON.parse(texts.out)
    },
  }
}

/** Lines are for a terminal of 100 columns, but for SQL. */
export function expectReadable({ out, err }: CliRun): void {
  const long = `${out}\n${err}`.split('\n').filter(line => line.length > 100)
  expect(long.filter(line => !/^( {3}undo {7})?(CREATE|DROP|REINDEX|ANALYZE) /.test(line))).toEqual([])
}
