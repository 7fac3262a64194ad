import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliServer, shopWorkload, startCliServer } from './cli-server.js'
import { canary, expectReadable, runCli } from './run-cli.js'

const binFolder = '/usr/lib/postgresql/15/bin'

describe.skipIf(!existsSync(binFolder))('PostgreSQL 15 of Debian, which has no HypoPG', () => {
  let server: CliServer
  let shop: string
  let workload: string
  beforeAll(async () => {
    const settings = { shared_preload_libraries: 'pg_stat_statements' }
    server = await startCliServer({ binFolder, settings }, 'create extension pg_stat_statements')
    shop = server.url('shop')
    workload = server.file(shopWorkload(canary))
    await server.run('shop', `select * from users where email = '${canary}@example.org'`)
  })
  afterAll(() => server?.close())

  test('every command', async () => {
    const before = await server.contentOf('shop')
    const copyBefore = await server.contentOf('copy')
    const email = /^CREATE INDEX CONCURRENTLY users_email_idx/m
    const told = async (words: RegExp, args: string[], input = '') => {
      const run = await runCli(args, { input })
      expect(run.code).toBe(0)
      expect(run.out).toMatch(words)
      expectReadable(run)
    }
    await told(email, ['advise', shop])
    await told(/as predicted by column\sstatistics only/, ['advise', shop, '--workload', workload])
    const verify = ['--workload', workload, '--verify', server.url('copy')]
    await told(/real indexes[\s\S]*\(confidence: measured\)/, ['advise', shop, ...verify])
    await told(/./, ['indexes', shop])
    await told(/select \* from users where email = \$1/, ['top', shop])
    await told(/by users_pkey/, ['explain', shop], 'select * from users where id = $1')
    await told(/execution [\d.]+ ms/, ['explain', shop, '--analyze'], 'select * from users where id = 7')
    expect(await server.contentOf('shop')).toBe(before)
    expect(await server.contentOf('copy')).toBe(copyBefore)
  })
})
