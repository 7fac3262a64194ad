import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { processStart } from '@voiceassist/kernel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataFolder } from '#src/data-folder/data-folder-lock'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'va-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const locks = () => readdirSync(folder).filter(name => name.startsWith('lock'))

test('a held folder is refused with the holder’s number and a remedy; a released one is free', () => {
  const lock = lockDataFolder(folder)
  expect(() => lockDataFolder(folder)).toThrowError(
    expect.objectContaining({
      code: 'DATA_FOLDER_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    }),
  )
  lock.release()
  expect(locks()).toEqual([])
  lockDataFolder(folder).release()
})

test('the refused one leaves the holder’s lock in place', () => {
  const lock = lockDataFolder(folder)
  expect(() => lockDataFolder(folder)).toThrow()
  expect(() => lockDataFolder(folder)).toThrow()
  lock.release()
})

function leave(holder: object | string): void {
  writeFileSync(
    join(folder, 'lock.00000000-0000-4000-8000-000000000000'),
    typeof holder === 'string' ? holder : JSON.stringify(holder),
  )
}

test('a lock of a process that is gone is taken over', () => {
  const gone = spawnSync('true').pid
  leave({ pid: gone, started: '1', host: hostname() })
  lockDataFolder(folder).release()
  expect(locks()).toEqual([])
})

test('a lock whose number now belongs to a later process is taken over', () => {
  leave({ pid: process.pid, started: 'another time', host: hostname() })
  lockDataFolder(folder).release()
})

test('a lock of another machine counts, and the message names the file', () => {
  leave({ pid: 1, started: '1', host: `not-${hostname()}` })
  expect(() => lockDataFolder(folder)).toThrowError(
    expect.objectContaining({ remedy: expect.stringContaining('lock.00000000') }),
  )
})

test('a lock that a power failure cut short is taken over', () => {
  leave('{"pid":')
  lockDataFolder(folder).release()
})

test('of many processes that come at once at most one gets the folder', async () => {
  const children = Array.from({ length: 6 }, () =>
    fork(new URL('./lock-taker.mjs', import.meta.url), [folder]),
  )
  try {
    const words = await Promise.all(children.map(child => once(child, 'message').then(([word]) => word)))
    expect(words.filter(word => word === 'held').length).toBeLessThanOrEqual(1)
    expect(words.filter(word => word === 'DATA_FOLDER_IN_USE').length).toBeGreaterThanOrEqual(5)
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
})

test('a process has one start, and one that never was has none', () => {
  expect(processStart(process.pid)).toBe(processStart(process.pid))
  expect(processStart(2 ** 22 + 1)).toBeUndefined()
})

test('a folder that cannot be made is named with its variable', () => {
  writeFileSync(join(folder, 'file'), '')
  for (const impossible of [join(folder, 'file', 'data'), '/proc/no/such/data'])
    expect(() => lockDataFolder(impossible)).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', field: 'DATA_DIR' }),
    )
})
