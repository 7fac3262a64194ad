import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describeDatabases, eventually } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayClient, signIn } from './gateway-client.js'
import { type GatewayProcess, startGateway } from './gateway-process.js'
import { type GatewayStage, openStage } from './gateway-stage.js'

const timeout = 180_000
const samples = readdirSync(new URL('../../sample-knowledge-base', import.meta.url)).filter(name =>
  name.endsWith('.md'),
).length

/** How often the relay looks for changes, told of them or not. */
const pollMs = 200

interface Relay {
  readonly lagMs: number | null
  readonly relayed: number
}

interface Page {
  readonly items: readonly { readonly title: string }[]
}

describeDatabases('the cache in the data folder', kind => {
  let stage: GatewayStage
  let gateway: GatewayProcess
  let account: { email: string; password: string }
  let client: GatewayClient
  beforeAll(async () => {
    stage = await openStage(kind)
    await start()
    account = gateway.administrator!
    client = await signIn(gateway, account)
    await client.call('POST', '/api/sessions', { title: 'first' })
  }, timeout)
  afterAll(async () => {
    await gateway?.end('SIGTERM')
    await stage?.close()
  }, timeout)

  async function start(): Promise<void> {
    gateway = await startGateway(stage.environment)
    if (account) client = await signIn(gateway, account)
  }
  /** While no gateway runs. */
  async function change(title: string): Promise<void> {
    const database = await stage.temp.open()
    await database.pool.query('update sessions set title = $1', [title])
    await database.close()
  }
  const title = async () => (await client.call<Page>('GET', '/api/sessions')).body.items[0]?.title
  const inTier = async (key: string) =>
    (await client.call<object>('GET', `/api/admin/cache/key?key=${key}`)).body
  const kept = (path: string, key: string) =>
    eventually(async () => {
      await client.call('GET', path)
      expect(await inTier(key)).toHaveProperty('remote')
    })
  /** A first start goes on storing them, and each makes the gateway forget the lists: also after its restart. */
  const samplesAreIn = () =>
    eventually(async () => {
      const { items } = (await client.call<Page>('GET', '/api/admin/kb/documents')).body
      expect(items).toHaveLength(samples)
      const relayed = await relay()
      await setTimeout(2 * pollMs)
      expect(await relay()).toEqual(relayed)
      expect(relayed.lagMs).toBe(0)
    })
  const relay = async () => {
    const { relay } = (await client.call<{ relay: Relay }>('GET', '/api/admin/cache')).body
    return { lagMs: relay.lagMs, relayed: relay.relayed }
  }
  const userId = async () => (await client.call<{ id: string }>('GET', '/api/auth/me')).body.id
  const fill = async () => {
    await samplesAreIn()
    await kept('/api/admin/kb/documents', 'documents:50')
    await kept('/api/sessions', `sessions:${await userId()}`)
  }

  test('outlives a restart, without what changed meanwhile', { timeout }, async () => {
    await fill()
    expect(await gateway.end('SIGTERM')).toBe(0)
    await change('changed while it was off')
    await start()
    expect(await title()).toBe('changed while it was off')
    const found = await inTier('documents:50')
    expect(found).toMatchObject({ remote: { tags: ['documents'] } })
    expect(found).not.toHaveProperty('memory')
    expect(statSync(join(stage.environment.DATA_DIR!, 'cache-key.json')).mode & 0o777).toBe(0o600)
  })

  test('is true after SIGKILL', { timeout }, async () => {
    for (let round = 0; round < 3; round++) {
      await fill()
      await gateway.end('SIGKILL')
      await change(`changed after kill ${round}`)
      await start()
      expect(await title()).toBe(`changed after kill ${round}`)
    }
  })

  test('starts afresh where another cache took the database’s last changes', { timeout }, async () => {
    await fill()
    expect(await gateway.end('SIGTERM')).toBe(0)
    const own = stage.environment
    gateway = await startGateway({ ...own, CACHE_ENABLED: 'false' })
    client = await signIn(gateway, account)
    await client.call('GET', '/api/sessions')
    expect((await client.call<{ kind: string }>('GET', '/api/admin/cache')).body.kind).toBe('none')
    expect(await gateway.end('SIGTERM')).toBe(0)
    await change('told to another cache')
    const database = await stage.temp.open()
    await database.pool.query(
      `delete from cache_outbox; update settings set value = '{"id": "another"}' where key = 'cache_source'`,
    )
    await database.close()
    await start()
    expect(await title()).toBe('told to another cache')
  })
})
