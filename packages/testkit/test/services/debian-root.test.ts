import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = join(import.meta.dirname, '../../debian-root.sh')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'debian-root-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A debootstrap that writes down that it ran and otherwise does `body`; $target is the folder to fill. */
function debootstrap(body: string) {
  const path = join(folder, 'debootstrap')
  writeFileSync(path, `#!/bin/sh\necho "$@" >>"${folder}/calls"\ntarget=$4\n${body}\n`)
  chmodSync(path, 0o755)
}

async function make(): Promise<number> {
  const child = spawn('sh', [script, join(folder, 'made/trixie')], {
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
    stdio: 'ignore',
  })
  const [code] = (await once(child, 'exit')) as [number]
  return code
}

const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

describe.skipIf(process.platform !== 'linux')('debian-root.sh', () => {
  test('makes the folder once, also when two want it at the same time', async () => {
    debootstrap('mkdir -p "$target/usr"')
    expect(await Promise.all([make(), make()])).toEqual([0, 0])
    expect(await make()).toBe(0)
    expect(calls()).toHaveLength(1)
    expect(calls()[0]).toMatch(
      /^--variant=minbase --include=\S*postgresql-17-pgvector\S*valkey-server,redis-server\S* trixie /,
    )
    expect(existsSync(join(folder, 'made/trixie/usr'))).toBe(true)
  })

  test('leaves no half folder when a package cannot be had, and tries again the next time', async () => {
    debootstrap('mkdir -p "$target/usr"; exit 1')
    expect(await make()).toBe(1)
    expect(readdirSync(join(folder, 'made')).sort()).toEqual(['trixie.lock', 'trixie.log'])
    debootstrap('mkdir -p "$target/usr"')
    expect(await make()).toBe(0)
  })
})
