import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const npmMs = 150_000

export interface PackedPackage {
  readonly name: string
  readonly files: readonly { readonly path: string }[]
}

/** An empty project into which packages of ours were installed as npm packs them. */
export interface PackedProject {
  readonly folder: string
  readonly packed: readonly PackedPackage[]
  /** What a module of the project prints. */
  print(source: string): Promise<string>
  /** What a strict compiler says of a module of the project, libraries checked; '': nothing. */
  typeErrors(source: string): Promise<string>
  /** Sources that source maps of the package name and it does not hold. */
  missingSources(name: string): readonly string[]
  install(...packages: readonly string[]): Promise<void>
  remove(): void
}

/**
 * @param folders of `packages/`, what they need of ours included
 * @param others from the registry, as npm takes them
 */
export async function packedProject(
  folders: readonly string[],
  others: readonly string[] = [],
): Promise<PackedProject> {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-packed-'))
  const npm = (args: readonly string[], cwd: string) => run('npm', args, { cwd, timeout: npmMs })
  const paths = folders.map(name => `./packages/${name}`)
  const pack = ['pack', ...paths, '--json', '--ignore-scripts', '--pack-destination', folder]
  const packed = Object.values(
    JSON.parse((await npm(pack, root)).stdout) as Record<string, PackedPackage & { filename: string }>,
  )
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const install = async (...packages: readonly string[]) => {
    await npm(['install', ...quiet, ...packages], folder)
  }
  await install(...packed.map(({ filename }) => join(folder, filename)), ...others)

  return {
    folder,
    packed,
    install,
    async print(source) {
      writeFileSync(join(folder, 'main.js'), source)
      return (await run(process.execPath, ['main.js'], { cwd: folder })).stdout.trim()
    },
    async typeErrors(source) {
      writeFileSync(join(folder, 'consumer.ts'), source)
      const modules = join(root, 'node_modules')
      const options =
        '--module nodenext --target es2023 --strict --noEmit --skipLibCheck false --types node'.split(' ')
      const args = [join(modules, 'typescript/bin/tsc'), ...options]
      const told = await run(
        process.execPath,
        [...args, '--typeRoots', join(modules, '@types'), 'consumer.ts'],
        { cwd: folder },
      ).catch((error: { stdout: string }) => error)
      return told.stdout
    },
    missingSources(name) {
      const held = new Set(packed.find(each => each.name === name)?.files.map(({ path }) => path))
      return [...held]
        .filter(path => path.endsWith('.map'))
        .flatMap(path => {
          const map = JSON.parse(readFileSync(join(folder, 'node_modules', name, path), 'utf8'))
          return (map.sources as string[]).map(source => posix.join(dirname(path), source))
        })
        .filter(source => !held.has(source))
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
