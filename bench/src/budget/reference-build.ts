import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { say } from '../common/say.js'

/** The packages that hot paths are in; what they depend on is built with them. */
const packages = ['cache', 'feature-flags', 'rag-cache', 'query-profiler'].map(name => `packages/${name}`)
const builds = join(homedir(), '.cache/voiceassist-bench')

/**
 * A folder with the packages as a commit has them, installed and compiled; kept for the next time.
 * @param commit its full hash
 * @throws Error when the repository does not hold it, or it does not build
 */
export async function referenceBuild(root: string, commit: string): Promise<string> {
  if (!/^[0-9a-f]{40}$/.test(commit))
    throw new Error(`'reference' in bench/budgets.json must be the full hash of a commit, not '${commit}'`)
  const folder = join(builds, commit)
  if (existsSync(folder)) return folder
  say(`Building ${commit.slice(0, 12)} in ${folder}`)
  const unfinished = join(builds, `${commit}.${process.pid}`)
  await mkdir(unfinished, { recursive: true })
  try {
    const archive = `${unfinished}.tar`
    await run(root, 'git', ['archive', `--output=${archive}`, commit])
    await run(unfinished, 'tar', ['-xf', archive])
    await rm(archive)
    const workspaces = packages.flatMap(name => ['--workspace', name])
    await run(unfinished, 'npm', ['ci', ...workspaces, '--include-workspace-root', '--ignore-scripts'])
    await run(unfinished, process.execPath, ['node_modules/typescript/bin/tsc', '--build', ...packages])
    await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** A copy of what a build has compiled, over the same installed packages. */
export async function copyOfBuild(build: string, name: string): Promise<string> {
  const copy = join(builds, `copy.${process.pid}.${name}`)
  await cp(join(build, 'packages'), join(copy, 'packages'), { recursive: true, verbatimSymlinks: true })
  const modules = join(copy, 'node_modules')
  await mkdir(join(modules, '@voiceassist'), { recursive: true })
  for (const entry of await readdir(join(build, 'node_modules')))
    if (entry !== '@voiceassist') await symlink(join(build, 'node_modules', entry), join(modules, entry))
  for (const entry of await readdir(join(copy, 'packages')))
    await symlink(join(copy, 'packages', entry), join(modules, '@voiceassist', entry))
  return copy
}

async function run(cwd: string, command: string, words: readonly string[]): Promise<void> {
  const child = spawn(command, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-4000)
    })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${words[0]} failed:\n${output}`)
}
