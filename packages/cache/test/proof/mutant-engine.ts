import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Engine } from './engine.js'

/** What a guard is taken out with. */
export interface Edit {
  /** Compiled, below `dist`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
}

export interface Mutation {
  readonly guard: string
  readonly edits: readonly Edit[]
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
    for (const edit of mutation.edits) change(folder, edit)
    const load = (name: string) => import(pathToFileURL(join(folder, name)).href)
    const { createCacheIn } = (await load('create-cache.js')) as Engine
    const { memoryServer } = (await load('testing/memory-remote.js')) as Engine
    return await use({ createCacheIn, memoryServer })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function change(folder: string, { file, find, replace }: Edit): void {
  const code = readFileSync(join(folder, file), 'utf8')
  const found = code.split(find).length - 1
  if (found !== 1) throw new Error(`Stands ${found} times in ${file}, not once: ${find}`)
  writeFileSync(
    join(folder, file),
    code.replace(find, () => replace),
  )
}
