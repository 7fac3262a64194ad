import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project-files.js'

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: object
  readonly spec?: object
}

const moduleOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`

/** What the schema of the API says against an object: missing fields, wrong types. Unknown fields pass. */
export async function validationError(object: Manifest): Promise<string | undefined> {
  const { [object.kind]: Model } = (await import(moduleOf(object))) as Record<
    string,
    new (
      data: object,
    ) => { validate(): void }
  >
  try {
    new Model!(object).validate()
  } catch (error) {
    return (error as Error).message
  }
}

/** What the compiler says of the objects as literals of the API's types, which refuse a field that they do not have. */
export function typeErrors(objects: ReadonlyMap<string, Manifest>): string {
  const parent = join(root, 'deploy/dist')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'manifests-'))
  try {
    const lines = [...objects].map(([name, object]) => {
      const type = `import('${moduleOf(object)}').I${object.kind}`
      return `export const _${name.replace(/\W/g, '_')}: ${type} = ${JSON.stringify(object)}`
    })
    const file = join(folder, 'manifests.ts')
    writeFileSync(file, lines.join('\n'))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const options = [
      '--noEmit',
      '--ignoreConfig',
      '--strict',
      '--skipLibCheck',
      '--types',
      '',
      '--module',
      'nodenext',
    ]
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...options, file], { encoding: 'utf8' })
    return stdout + stderr
  } finally {
    rmSync(folder, { recursive: true })
  }
}
