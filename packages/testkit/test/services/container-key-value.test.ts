import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { containerKeyValue } from '#src/services/container-key-value'

const source = { kind: 'container', engine: 'docker', image: 'valkey/valkey:8' } as const
let folder: string
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'))
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >>"${folder}/calls"\n`)
  chmodSync(join(folder, 'docker'), 0o755)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('containerKeyValue', () => {
  test('makes, stops, starts, pauses and removes the container by its name', async () => {
    const host = containerKeyValue('valkey', source, { settings: { maxmemory: '1mb' } }, 4321)
    await host.start()
    await host.pause()
    await host.resume()
    await host.end('TERM')
    await host.start()
    await host.end('KILL')
    await host.release()
    const [run = '', ...rest] = calls()
    const name = /--name (\S+)/.exec(run)?.[1]
    expect(run).toMatch(
      /^run --detach .* --network host valkey\/valkey:8 valkey-server --bind 127\.0\.0\.1 .*--maxmemory 1mb --port 4321 --dir \/data$/,
    )
    expect(rest).toEqual([
      `pause ${name}`,
      `unpause ${name}`,
      `kill --signal=TERM ${name}`,
      `wait ${name}`,
      `start ${name}`,
      `kill --signal=KILL ${name}`,
      `wait ${name}`,
      `rm --force --volumes ${name}`,
    ])
  })
})
