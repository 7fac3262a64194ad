import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeDatabases, seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { type GatewayClient, signIn } from './gateway-client.js'
import { startGateway, voiceassist } from './gateway-process.js'
import { openStage } from './gateway-stage.js'

interface Message {
  readonly id: string
  readonly role: string
  readonly content: string
  readonly parentMessageId: string | null
}

interface StoredDocument {
  readonly id: string
  readonly title: string
  readonly version: number
  readonly chunkCount: number
}

/** What the gateway has said is stored. */
class Acknowledged {
  count = 0
  #wanted = Number.POSITIVE_INFINITY
  #reached: () => void = () => {}
  readonly messages = new Map<string, { messageId: string; answerId: string }>()
  readonly documents = new Map<string, { id: string; revision: number }>()

  add(): void {
    if (++this.count >= this.#wanted) this.#reached()
  }

  reaches(count: number): Promise<void> {
    this.#wanted = count
    return new Promise(resolve => {
      this.#reached = resolve
    })
  }
}

const rounds = process.env.TEST_LONG ? 12 : 2
/** Every passage of a revision names it, so that a mixture of two shows. */
function revisionText(name: string, revision: number): string {
  const parts = Array.from(
    { length: 6 },
    (_, part) =>
      `## Part ${part}\n\n${name} revision ${revision} part ${part}. ${'Words that fill. '.repeat(20)}`,
  )
  return `# Document ${name}\n\n${parts.join('\n\n')}\n`
}

describeDatabases('a gateway that is killed at work', kind => {
  const seed = testSeed(`work (${kind})`)

  test('keeps every acknowledged write and no half document', {
    timeout: 240_000,
  }, async () => {
    const random = seededRandom(seed)
    const stage = await openStage(kind, { migrated: false })
    const { environment, folder } = stage
    const acknowledged = new Acknowledged()
    let gateway = await startGateway(environment)
    const administrator = gateway.administrator!
    let client = await signIn(gateway, administrator)
    const { body: session } = await client.call<{ id: string }>('POST', '/api/sessions', {})

    for (let round = 0; round < rounds; round++) {
      const importFolder = join(folder, `import-${round}`)
      await mkdir(importFolder)
      for (let file = 0; file < 40; file++)
        writeFileSync(
          join(importFolder, `file-${round}-${file}.md`),
          revisionText(`file-${round}-${file}`, 0),
        )
      const enough = acknowledged.reaches(acknowledged.count + 5 + Math.floor(random() * 40))
      const imported = voiceassist(['kb', 'import', importFolder], environment)
      const work = [
        ...Array.from({ length: 3 }, (_, worker) =>
          untilDead(() => post(client, session.id, `${round}-${worker}`, acknowledged)),
        ),
        ...Array.from({ length: 2 }, (_, worker) =>
          untilDead(() => changeDocument(client, `doc-${round}-${worker}`, acknowledged, random)),
        ),
      ]
      await Promise.race([
        enough,
        Promise.all(work).then(() => {
          throw new Error('The gateway ended of itself')
        }),
      ])
      expect(await gateway.end('SIGKILL')).toBeNull()
      await Promise.all(work)
      await imported

      gateway = await startGateway(environment)
      expect(gateway.administrator).toBeUndefined()
      client = await signIn(gateway, administrator)
      await expectMessages(client, session.id, acknowledged)
      await expectDocuments(client, acknowledged)
    }

    const repeated = await voiceassist(['kb', 'import', join(folder, 'import-0')], environment)
    expect(repeated).toMatchObject({ code: 0 })
    expect(await gateway.end('SIGTERM')).toBe(0)
    await stage.close()
  })
})

/** Repeats until the connection breaks; an answer that is an error of the gateway is a fault. */
async function untilDead(step: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await step()
    } catch (error) {
      if (error instanceof TypeError || (error as { code?: string }).code !== undefined) return
      if (error instanceof SyntaxError) return // an answer cut short
      throw error
    }
  }
}

let nextMessage = 0

async function post(client: GatewayClient, sessionId: string, worker: string, acknowledged: Acknowledged) {
  const clientMessageId = `${worker}-${nextMessage++}`
  const content = `Which words fill ${clientMessageId}?`
  const { status, body } = await client.call<{ message: Message; answer: Message }>(
    'POST',
    `/api/sessions/${sessionId}/messages`,
    { content, clientMessageId },
  )
  expect(status).toBe(201)
  acknowledged.messages.set(content, { messageId: body.message.id, answerId: body.answer.id })
  acknowledged.add()
}

async function changeDocument(
  client: GatewayClient,
  name: string,
  acknowledged: Acknowledged,
  random: () => number,
): Promise<void> {
  const path = '/api/admin/kb/documents'
  const known = acknowledged.documents.get(name)
  if (known && random() < 0.1) {
    acknowledged.documents.delete(name) // whether it is gone is open until the answer is here
    expect((await client.call('DELETE', `${path}/${known.id}`)).status).toBe(204)
  } else {
    const revision = nextMessage++
    const { status, body } = known
      ? await client.upload<StoredDocument>(
          'PUT',
          `${path}/${known.id}`,
          `${name}.md`,
          revisionText(name, revision),
        )
      : await client.upload<StoredDocument>('POST', path, `${name}.md`, revisionText(name, revision))
    expect(status).toBe(known ? 200 : 201)
    acknowledged.documents.set(name, { id: body.id, revision })
  }
  acknowledged.add()
}

async function expectMessages(
  client: GatewayClient,
  sessionId: string,
  acknowledged: Acknowledged,
): Promise<void> {
  const found = new Map<string, Message>()
  let cursor: string | null = null
  do {
    const query: string = cursor ? `?limit=200&cursor=${encodeURIComponent(cursor)}` : '?limit=200'
    const page = await client.call<{ items: Message[]; nextCursor: string | null }>(
      'GET',
      `/api/sessions/${sessionId}/messages${query}`,
    )
    expect(page.status).toBe(200)
    for (const item of page.body.items) {
      expect(found.has(item.id)).toBe(false)
      found.set(item.id, item)
    }
    cursor = page.body.nextCursor
  } while (cursor)
  for (const [content, { messageId, answerId }] of acknowledged.messages) {
    expect(found.get(messageId)?.content).toBe(content)
    expect(found.get(answerId)?.parentMessageId).toBe(messageId)
  }
}

async function expectDocuments(client: GatewayClient, acknowledged: Acknowledged): Promise<void> {
  const { body } = await client.call<{ items: StoredDocument[] }>('GET', '/api/admin/kb/documents?limit=1000')
  const listed = new Map(body.items.map(item => [item.id, item]))
  for (const { id, revision } of acknowledged.documents.values()) {
    expect(listed.has(id)).toBe(true)
    const { body: detail } = await client.call<{ text: string }>('GET', `/api/admin/kb/documents/${id}`)
    expect(Number(/revision (\d+)/.exec(detail.text)?.[1])).toBeGreaterThanOrEqual(revision)
  }
  for (const { id, chunkCount } of listed.values()) {
    const { body: detail } = await client.call<{
      text: string
      chunks: { start: number; end: number; text: string }[]
    }>('GET', `/api/admin/kb/documents/${id}`)
    expect(detail.chunks).toHaveLength(chunkCount)
    for (const chunk of detail.chunks) expect(detail.text.slice(chunk.start, chunk.end)).toBe(chunk.text)
    expect(
      new Set(Array.from(detail.text.matchAll(/revision (\d+)/g), match => match[1])).size,
    ).toBeLessThanOrEqual(1)
  }
}
