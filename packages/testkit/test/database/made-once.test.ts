import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { madeOnce } from '#src/database/made-once'
import { gate } from '#src/gate'

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'made-once-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

function write(folder: string, text: string) {
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), text)
}

test('madeOnce does not make what is there', async () => {
  const folder = join(parent, 'it')
  await madeOnce(folder, async unfinished => write(unfinished, 'first'))
  await madeOnce(folder, async () => expect.unreachable())
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first')
})

test('madeOnce gives the name to a complete folder only, and to the first of two', async () => {
  const folder = join(parent, 'it')
  const slow = gate()
  const second = madeOnce(folder, async unfinished => {
    write(unfinished, 'second')
    await slow.opened
  })
  expect(existsSync(folder)).toBe(false)
  await madeOnce(folder, async unfinished => write(unfinished, 'first'))
  slow.open()
  expect(await second).toBe(folder)
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first')
  expect(readdirSync(parent)).toEqual(['it'])
})

test('madeOnce leaves nothing behind when it fails', async () => {
  const folder = join(parent, 'it')
  const failing = madeOnce(folder, async unfinished => {
    write(unfinished, 'half')
    throw new Error('broken on purpose')
  })
  await expect(failing).rejects.toThrow('broken on purpose')
  expect(readdirSync(parent)).toEqual([])
})
