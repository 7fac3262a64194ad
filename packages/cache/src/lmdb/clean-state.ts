import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { PartitionRecords } from '../remote/partition-records.js'

/** What values on disk mean: they are read again only together with it. */
export interface CleanState {
  readonly run: string
  /** By prefix: one partition each. */
  readonly spaces: ReadonlyMap<string, PartitionRecords>
}

/** Lies there only between a clean close and the next start. */
const fileName = 'clean.json'
const dataName = 'data.mdb'
const format = 1
const headBytes = 64 * 1024

interface Stored {
  readonly format: number
  /** Of the values' file: another one was not closed with this state. */
  readonly file: FileMarks
  readonly run: string
  readonly spaces: readonly StoredSpace[]
}

interface FileMarks {
  readonly size: string
  readonly changedNs: string
  /** Of its first pages, SHA-256: LMDB crashes the process at a file that is none of its own. */
  readonly head: string
}

interface StoredSpace {
  readonly prefix: string
  readonly gen: string
  readonly seq: number
  readonly floor: number
  readonly namespaces: readonly (readonly [string, number])[]
  readonly tags: readonly (readonly [string, number])[]
  readonly patterns: readonly (readonly [string, { readonly seq: number; readonly atMs: number }])[]
}

/** The state of a clean close, which is taken away; without one everything is removed that lies there. */
export function takeCleanState(folder: string): { state?: CleanState; reason?: 'unclean' | 'damaged' } {
  const file = join(folder, fileName)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return removeValues(folder) ? { reason: 'unclean' } : {}
  }
  // On disk before any value changes: a state that outlived a power cut would bring old values back.
  rmSync(file)
  syncFile(folder)
  try {
    const stored = JSON.parse(text) as Stored
    if (stored.format === format && isDeepStrictEqual(stored.file, fileMarks(folder)))
      return { state: revived(stored) }
  } catch {}
  removeValues(folder)
  return { reason: 'damaged' }
}

/** After the values' file is closed. */
export function leaveCleanState(folder: string, { run, spaces }: CleanState): void {
  const data = join(folder, dataName)
  syncFile(data)
  const stored: Stored = {
    format,
    file: fileMarks(folder),
    run,
    spaces: [...spaces].map(([prefix, { gen, seq, floor, namespaces, tags, patterns }]) => ({
      prefix,
      gen,
      seq,
      floor,
      namespaces: [...namespaces],
      tags: [...tags],
      patterns: [...patterns],
    })),
  }
  const file = join(folder, fileName)
  writeFileSync(`${file}.new`, JSON.stringify(stored), { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  syncFile(folder)
}

/** False when there were none. */
export function removeValues(folder: string): boolean {
  const data = join(folder, dataName)
  const found = statSync(data, { throwIfNoEntry: false }) !== undefined
  for (const file of [data, join(folder, 'lock.mdb'), join(folder, fileName)]) rmSync(file, { force: true })
  return found
}

function revived({ run, spaces }: Stored): CleanState {
  return {
    run,
    spaces: new Map(
      spaces.map(space => {
        const records = new PartitionRecords(space.gen, run, space.seq)
        records.floor = space.floor
        for (const [name, seq] of space.namespaces) records.namespaces.set(name, seq)
        for (const [name, seq] of space.tags) records.tags.set(name, seq)
        for (const [name, record] of space.patterns) records.patterns.set(name, record)
        return [space.prefix, records]
      }),
    ),
  }
}

function fileMarks(folder: string): FileMarks {
  const data = join(folder, dataName)
  const { size, mtimeNs } = statSync(data, { bigint: true })
  const handle = openSync(data, 'r')
  try {
    const head = Buffer.alloc(headBytes)
    readSync(handle, head, 0, headBytes, 0)
    const hash = createHash('sha256').update(head).digest('hex')
    return { size: String(size), changedNs: String(mtimeNs), head: hash }
  } finally {
    closeSync(handle)
  }
}

function syncFile(path: string): void {
  // Windows syncs no folders, and its file systems need not be told to.
  if (process.platform === 'win32' && statSync(path).isDirectory()) return
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
