import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalSource } from './service-source.js'

/** A server's folder: its data and its log. */
export interface LocalFolder {
  /** As this process sees it. */
  readonly path: string
  /** As the server sees it. */
  readonly inner: string
}

/** Makes a folder for a server of `source`, which the server's user owns; with `keepAs`, the one of that name. */
export function makeFolder(source: LocalSource, service: string, keepAs?: string): LocalFolder {
  const name = `voiceassist-${service}-${keepAs ?? randomBytes(6).toString('hex')}`
  const inner = join(source.root ? '/srv' : keepAs ? cacheFolder() : tmpdir(), name)
  const path = source.root ? join(source.root, inner) : inner
  mkdirSync(path, { mode: 0o700, recursive: keepAs !== undefined })
  if (source.user) chownSync(path, source.user.uid, source.user.gid)
  return { path, inner }
}

/** Of what is made once on a machine. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'voiceassist-services')
}

/** Starts a program of `source` that writes its log into the folder. */
export function spawnProgram(
  source: LocalSource,
  folder: LocalFolder,
  program: string,
  args: readonly string[],
): ChildProcess {
  const { root, user, binFolder } = source
  const path = join(binFolder, program)
  const log = openSync(join(folder.path, 'log'), 'a')
  // A session of its own, so that Ctrl-C ends the tests first and the server after them.
  const options = { detached: true, stdio: ['ignore', log, log] as ['ignore', number, number], cwd: '/' }
  const child = root
    ? spawn('chroot', [`--userspec=${user?.uid}:${user?.gid}`, root, path, ...args], options)
    : spawn(path, args, { ...options, ...user })
  closeSync(log)
  return child
}

export function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null
}

/** The end of a server's log, in one line. */
export function lastWords(folder: LocalFolder): string {
  return readFileSync(join(folder.path, 'log'), 'utf8').trim().split('\n').slice(-3).join(' | ')
}
