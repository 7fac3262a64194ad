import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { canStartValkey, eventually, hasServer, type KeyValueServer, startValkey } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessTokenOf, clientOf, type GatewayClient } from './gateway-client.js'
import { type Environment, type GatewayProcess, startGateway, voiceassist } from './gateway-process.js'
import { type GatewayStage, openStage } from './gateway-stage.js'

const timeout = 180_000
const trials = 50
const account = { email: 'vera@example.org', password: 'correct horse battery' }

interface Page {
  readonly items: readonly { readonly id: string; readonly title: string }[]
}

describe.skipIf(!hasServer() || !canStartValkey())('two gateways on one database and one Valkey', () => {
  let stage: GatewayStage
  let valkey: KeyValueServer
  let shared: Environment
  let database: pg.Client
  const gateways: GatewayProcess[] = []
  const clients: GatewayClient[] = []

  beforeAll(async () => {
    stage = await openStage('server')
    valkey = await startValkey()
    shared = {
      ...stage.environment,
      REDIS_URL: valkey.url,
      TOKEN_SECRET: 'a secret that both gateways have, for tokens',
      AUDIT_HMAC_KEY: 'a key that both gateways have, for audit rows',
      CACHE_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    }
    for (const name of ['one', 'two'])
      gateways.push(await startGateway({ ...shared, DATA_DIR: join(stage.folder, name) }))
    const create = ['user', 'create', account.email, '--role', 'viewer', '--password-stdin']
    expect(await voiceassist(create, shared, account.password)).toMatchObject({ code: 0 })
    const token = await accessTokenOf(gateways[0]!, account)
    for (const gateway of gateways) clients.push(clientOf(gateway, token))
    database = new pg.Client({ connectionString: stage.environment.DATABASE_URL! })
    await database.connect()
  }, timeout)
  afterAll(async () => {
    await database?.end()
    for (const gateway of gateways) await gateway.end('SIGTERM')
    await valkey?.close()
    await stage?.close()
  }, timeout)

  const setRole = (role: string) =>
    database.query('update users set role = $1 where email = $2', [role, account.email])
  const statusAt = async (client: GatewayClient) =>
    (await client.call('GET', '/api/admin/kb/documents?limit=1')).status
  /** Milliseconds until every gateway answers with this status, asked all the time. */
  async function becomes(status: number): Promise<number> {
    const from = performance.now()
    await Promise.all(
      clients.map(client => eventually(async () => expect(await statusAt(client)).toBe(status))),
    )
    return performance.now() - from
  }

  test('each hears at once what the other changes', { timeout }, async () => {
    const [one, two] = clients as [GatewayClient, GatewayClient]
    const titles = async (client: GatewayClient) =>
      (await client.call<Page>('GET', '/api/sessions')).body.items.map(({ title }) => title)
    for (let n = 0; n < 10; n++) {
      await titles(two)
      await one.call('POST', '/api/sessions', { title: `from one, ${n}` })
      expect((await titles(one))[0]).toBe(`from one, ${n}`)
      await eventually(async () => expect((await titles(two))[0]).toBe(`from one, ${n}`))
    }
    await database.query(`update sessions set title = 'by SQL'`)
    for (const client of clients)
      await eventually(async () => expect((await titles(client))[0]).toBe('by SQL'))
  })

  test('a role taken away in SQL is refused by both', { timeout }, async () => {
    const taken: number[] = []
    for (let trial = 0; trial < trials; trial++) {
      await setRole('viewer')
      await becomes(200)
      await setRole('user')
      taken.push(await becomes(403))
    }
    taken.sort((a, b) => a - b)
    const at = (share: number) => taken[Math.ceil(share * taken.length) - 1]!.toFixed(0)
    console.log(
      `a role taken away in SQL is refused by both gateways: median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    )
  })

  test('and while Valkey is paused or gone, or the relaying gateway is stopped', { timeout }, async () => {
    const refusedAndBack = async () => {
      await setRole('user')
      await becomes(403)
      await setRole('viewer')
      await becomes(200)
    }
    await refusedAndBack()
    await valkey.pause()
    await refusedAndBack()
    await valkey.resume()
    await refusedAndBack()
    await valkey.kill()
    await refusedAndBack()
    for (const { url } of gateways) expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    await valkey.start()
    await refusedAndBack()
    const [first, second] = gateways as [GatewayProcess, GatewayProcess]
    first.child.kill('SIGSTOP')
    try {
      await setRole('user')
      await eventually(async () => expect(await statusAt(clients[1]!)).toBe(403))
    } finally {
      first.child.kill('SIGCONT')
    }
    await becomes(403)
    expect(second.output.stderr).toBe('')
  })

  test('a gateway with a cache of its own does not start beside them', { timeout }, async () => {
    const { REDIS_URL: _, ...alone } = shared
    const outcome = await voiceassist(['serve'], { ...alone, DATA_DIR: join(stage.folder, 'three') })
    expect(outcome).toMatchObject({
      code: 1,
      stderr:
        'voiceassist: Another gateway serves this database. Set REDIS_URL, to the same Redis for all of them.\n',
    })
  })
})
