import { describeDatabases, seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { type GatewayClient, signIn } from './gateway-client.js'
import { type GatewayProcess, startGateway, voiceassist } from './gateway-process.js'
import { openStage } from './gateway-stage.js'

/** Longer than reads are gathered and one commit takes; docs/audit.md states what a crash can lose. */
const windowMs = 1000
const rounds = process.env.TEST_LONG ? 10 : 2
const writesARound = 60

/** What the gateway has answered, by the request's id. */
class Answered {
  readonly writes = new Map<string, string>()
  readonly reads = new Map<string, { readonly what: string; readonly atMs: number }>()
  #enough = () => {}

  write(what: string, requestId: string): void {
    this.writes.set(requestId, what)
    this.#look()
  }

  read(what: string, requestId: string): void {
    this.reads.set(requestId, { what, atMs: performance.now() })
    this.#look()
  }

  /** Resolves when there are so many more writes, and a read that is older than the window. */
  more(writes: number): Promise<void> {
    const goal = this.writes.size + writes
    const sinceMs = performance.now()
    return new Promise(resolve => {
      this.#enough = () => {
        const isOld = [...this.reads.values()].some(
          ({ atMs }) => atMs > sinceMs && performance.now() - atMs > windowMs,
        )
        if (this.writes.size >= goal && isOld) resolve()
      }
    })
  }

  #look(): void {
    this.#enough()
  }
}

describeDatabases('a gateway that is killed at audited work', kind => {
  const seed = testSeed(`audited work (${kind})`)

  test('has a row for every change it acknowledged, and a chain that verifies', {
    timeout: 240_000,
  }, async () => {
    const random = seededRandom(seed)
    const stage = await openStage(kind, { migrated: false })
    const { environment } = stage
    const answered = new Answered()
    let gateway = await startGateway(environment)
    const administrator = gateway.administrator!
    let killedAtMs = 0
    let lost = 0

    for (let round = 0; round < rounds; round++) {
      const client = await signIn(gateway, administrator)
      const enough = answered.more(writesARound)
      const work = Array.from({ length: 4 }, () => untilDead(() => useSession(client, answered, random)))
      await Promise.race([
        enough,
        Promise.all(work).then(() => Promise.reject(new Error('It ended of itself'))),
      ])
      killedAtMs = performance.now()
      expect(await gateway.end('SIGKILL')).toBeNull()
      await Promise.all(work)
      gateway = await startGateway(environment)
      lost += await expectRows(gateway, administrator, answered, killedAtMs - windowMs)
    }

    const client = await signIn(gateway, administrator)
    const { requestId } = await client.call('GET', '/api/sessions')
    answered.read('session.list', requestId)
    expect(await gateway.end('SIGTERM')).toBe(0)
    const verified = await voiceassist(['audit', 'verify'], environment)
    expect(verified, verified.stderr).toMatchObject({ code: 0 })
    expect(verified.stdout).toMatch(/^\d+ sealed rows are as they were written\n$/)
    gateway = await startGateway(environment)
    expect(await expectRows(gateway, administrator, answered, performance.now())).toBe(0)
    expect(await gateway.end('SIGTERM')).toBe(0)
    console.log(
      `${kind}: ${answered.writes.size} changes, none without its row; ${answered.reads.size} reads, ${lost} of the last ${windowMs} ms before a kill lost`,
    )
    await stage.close()
  })
})

async function untilDead(step: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await step()
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return // no connection, an answer cut short
      throw error
    }
  }
}

async function useSession(client: GatewayClient, answered: Answered, random: () => number): Promise<void> {
  const write = async (what: string, method: string, path: string, body?: object) => {
    const reply = await client.call<{ id: string }>(method, path, body)
    expect([200, 201, 204], what).toContain(reply.status)
    answered.write(what, reply.requestId)
    return reply.body
  }
  const read = async (what: string, path: string) => {
    const reply = await client.call('GET', path)
    expect(reply.status, what).toBe(200)
    answered.read(what, reply.requestId)
  }
  const { id } = await write('session.create', 'POST', '/api/sessions', {})
  const path = `/api/sessions/${id}`
  for (let turn = 0; turn < 4; turn++) {
    const choice = random()
    if (choice < 0.4) await write('message.create', 'POST', `${path}/messages`, { content: 'fever' })
    else if (choice < 0.5) await write('session.update', 'PATCH', path, { title: `title ${turn}` })
    else if (choice < 0.8) await read('message.list', `${path}/messages`)
    else await read('session.list', '/api/sessions')
  }
  if (random() < 0.5) await write('session.delete', 'DELETE', path)
}

/** Every change has its row, and so has every read from before `sureUntilMs`. Resolves to how many later reads have none. */
async function expectRows(
  gateway: GatewayProcess,
  administrator: { readonly email: string; readonly password: string },
  { writes, reads }: Answered,
  sureUntilMs: number,
): Promise<number> {
  const client = await signIn(gateway, administrator)
  const found = new Map<string, string[]>()
  let cursor: string | null = null
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const { body } = await client.call<{
      items: { action: string; requestId: string | null }[]
      nextCursor: string | null
    }>('GET', `/api/admin/audit-logs?limit=1000${query}`)
    for (const { action, requestId } of body.items)
      if (requestId) found.set(requestId, [...(found.get(requestId) ?? []), action])
    cursor = body.nextCursor
  } while (cursor)
  for (const [requestId, what] of writes)
    expect(found.get(requestId) ?? [], `${what} ${requestId}`).toContain(what)
  let lost = 0
  for (const [requestId, { what, atMs }] of reads) {
    if (atMs <= sureUntilMs) expect(found.get(requestId) ?? [], `${what} ${requestId}`).toContain(what)
    else if (!found.has(requestId)) {
      lost += 1
      reads.delete(requestId) // not asked for again
    }
  }
  return lost
}
