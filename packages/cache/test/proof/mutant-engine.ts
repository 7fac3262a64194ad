import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Engine } from './engine.js'

/** One guard of the engine, taken out. */
export interface Mutation {
  readonly guard: string
  /** Compiled, below `dist`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
}

const dist = fileURLToPath(new URL('../../dist', import.meta.url))
/** Ignored by git, and by what transforms tests. */
const mutants = fileURLToPath(new URL('../../node_modules/.mutants/', import.meta.url))
const left = /\.map$|\.d\.ts$|\.tsbuildinfo$|[/\\]\.test/

/** The compiled engine with one mutation, within the package, so that it finds what the real one imports. */
export async function withMutant<Result>(
  mutation: Mutation,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  mkdirSync(mutants, { recursive: true })
  const folder = mkdtempSync(mutants)
  try {
    cpSync(dist, folder, { recursive: true, filter: from => !left.test(from.slice(dist.length)) })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const file = join(folder, mutation.file)
    const code = readFileSync(file, 'utf8')
    const found = code.split(mutation.find).length - 1
    if (found !== 1)
      throw new Error(`${mutation.guard}: found ${found} times in ${mutation.file}: ${mutation.find}`)
    writeFileSync(
      file,
      code.replace(mutation.find, () => mutation.replace),
    )
    const load = (name: string) => import(pathToFileURL(join(folder, name)).href)
    const { createCacheIn } = (await load('create-cache.js')) as Engine
    const { memoryServer } = (await load('testing/memory-remote.js')) as Engine
    return await use({ createCacheIn, memoryServer })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
