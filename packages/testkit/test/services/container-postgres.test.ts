import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { canStartPostgres } from '#src/services/available'
import { startContainerPostgres } from '#src/services/container-postgres'
import type { PostgresServer } from '#src/services/postgres-server'
import { startPostgres } from '#src/services/start-postgres'

const source = { kind: 'container', engine: 'docker', image: 'pgvector/pgvector:pg17' } as const

let folder: string
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

/** A container engine that writes down what it is asked and otherwise does `body`. */
function engine(body: string) {
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >>"${folder}/calls"\n${body}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'))
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('startContainerPostgres', () => {
  test('says why the engine refused, and removes the container', async () => {
    engine('[ "$1" = run ] && { echo "no such image" >&2; exit 125; }; exit 0')
    await expect(startContainerPostgres(source, {}, 1)).rejects.toThrow('no such image')
    const [run = '', remove = ''] = calls()
    const name = /--name (\S+)/.exec(run)?.[1]
    expect(run).toMatch(
      /^run --detach .* --publish 127\.0\.0\.1:1:5432 .*pgvector\/pgvector:pg17 -c fsync=off /,
    )
    expect(remove).toBe(`rm --force --volumes ${name}`)
  })

  describe.skipIf(!canStartPostgres())('with a server behind the published port', () => {
    let server: PostgresServer
    beforeEach(async () => {
      server = await startPostgres()
    })
    afterEach(() => server.close())

    test('stops, starts and kills the container by its name', async () => {
      // The published port leads nowhere, so it is the port of a server that runs without a container.
      engine('exit 0')
      const container = await startContainerPostgres(source, {}, Number(new URL(server.url).port))
      await container.restart()
      await container.kill()
      await container.close()
      const name = /--name (\S+)/.exec(calls()[0] ?? '')?.[1]
      expect(calls().slice(1)).toEqual([
        `kill --signal=INT ${name}`,
        `wait ${name}`,
        `start ${name}`,
        `kill --signal=KILL ${name}`,
        `wait ${name}`,
        `rm --force --volumes ${name}`,
      ])
    })
  })
})
