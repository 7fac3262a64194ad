import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddingsServer, hasServer, startEmbeddingsServer, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from './gateway-client.js'
import { type Environment, startGateway, voiceassist } from './gateway-process.js'

let embeddings: EmbeddingsServer
let wider: EmbeddingsServer
const folders: string[] = []
let environment: Environment

beforeAll(async () => {
  embeddings = await startEmbeddingsServer()
  wider = await startEmbeddingsServer(768)
  environment = { ...embeddings.environment, DATA_DIR: temporaryFolder() }
})
afterAll(async () => {
  await embeddings.close()
  await wider.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'va-start-'))
  folders.push(folder)
  return join(folder, 'data')
}

async function refusal(given: Environment) {
  const outcome = await voiceassist(['serve'], given)
  const lines = outcome.stderr.trim().split('\n')
  return { ...outcome, lines }
}

const documents = '/api/admin/kb/documents'

/** Each test goes on with the data folder that the one before it left. */
describe('a data folder with nothing in it', () => {
  let account: { readonly email: string; readonly password: string }

  test('a first start makes an administrator and answers from the samples; a second one changes nothing', async () => {
    const first = await startGateway(environment)
    account = first.administrator!
    expect(account.password).toMatch(/^[\w-]{20}$/)
    const client = await signIn(first, account)
    const before = await client.call<{ total: number }>('GET', documents)
    expect(before.body.total).toBe(4)
    const session = await client.call<{ id: string }>('POST', '/api/sessions', {})
    const answered = await client.call<{ answer: { citations: { title: string; text: string }[] } }>(
      'POST',
      `/api/sessions/${session.body.id}/messages`,
      { content: 'How is hypoglycaemia treated?' },
    )
    expect(answered.status).toBe(201)
    expect(answered.body.answer.citations[0]?.title).toBe('Type 2 Diabetes Follow-up')
    expect(first.output.stdout + first.output.stderr).not.toContain('hypoglycaemia')
    expect(await first.end('SIGTERM')).toBe(0)

    const second = await startGateway(environment)
    expect(second.administrator).toBeUndefined()
    expect(second.output.stdout).not.toContain(account.password)
    const again = await signIn(second, account)
    const after = await again.call<{ total: number; items: { id: string }[] }>('GET', documents)
    expect(after.body).toEqual(before.body)
    expect((await again.call('DELETE', `${documents}/${after.body.items[0]!.id}`)).status).toBe(204)
    expect(await second.end('SIGINT')).toBe(0)
    const secrets = join(environment.DATA_DIR!, 'secrets.json')
    expect(statSync(secrets).mode & 0o777).toBe(0o600)
    expect(readFileSync(secrets, 'utf8')).not.toContain(account.password)
  })

  test('a deleted sample does not come back, and nobody else may use the folder meanwhile', async () => {
    const gateway = await startGateway(environment)
    const client = await signIn(gateway, account)
    expect((await client.call<{ total: number }>('GET', documents)).body.total).toBe(3)
    const { code, lines, stdout } = await refusal(environment)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(lines).toEqual([expect.stringMatching(/in use by process \d+.*DATA_DIR/)])
    await gateway.end('SIGKILL')
    await (await startGateway(environment)).end('SIGTERM') // at once, though nothing was cleaned up
  })

  test('an embedder of other dimensions, and of another model, than the stored vectors', async () => {
    for (const other of [
      { EMBEDDINGS_URL: wider.environment.EMBEDDINGS_URL },
      { EMBEDDINGS_MODEL: 'another' },
    ]) {
      const { code, lines } = await refusal({ ...environment, ...other })
      expect(code).toBe(1)
      expect(lines).toEqual([expect.stringMatching(/stored vectors.*512.*kb reindex/)])
    }
  })

  test('an embedder that does not answer', async () => {
    const { code, lines } = await refusal({
      ...environment,
      EMBEDDINGS_URL: 'http://127.0.0.1:1/v1/embeddings',
    })
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
  })
})

describe('what cannot start says so in one line with the remedy, and ends with 1', () => {
  test('a taken port', async () => {
    const taken: Server = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const { code, lines } = await refusal({ ...environment, PORT: String(port) })
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringMatching(new RegExp(`Port ${port} .*taken.*PORT=`))])
    taken.close()
  })

  test('an unreachable database', async () => {
    const { code, lines } = await refusal({
      ...environment,
      DATABASE_URL: 'postgres://someone:secret@127.0.0.1:1/va',
    })
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringMatching(/database does not answer.*DATABASE_URL/)])
    expect(lines[0]).not.toContain('secret')
  })

  test('a variable with a value that cannot be', async () => {
    const { code, lines } = await refusal({ ...environment, DB_POOL_SIZE: 'many' })
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringContaining('DB_POOL_SIZE')])
  })
})

describe.runIf(hasServer())('on a PostgreSQL server', () => {
  test('DATABASE_URL is all it takes, and a second gateway on the same database is refused', async () => {
    const shared = await tempDatabase({ kind: 'server', migrated: false })
    const server = { ...environment, DATA_DIR: temporaryFolder(), ...shared.environment }
    const gateway = await startGateway(server)
    expect(gateway.output.stdout).toContain('PostgreSQL server')
    const client = await signIn(gateway, gateway.administrator!)
    expect((await client.call<{ total: number }>('GET', '/api/admin/kb/documents')).body.total).toBe(4)
    const { code, lines } = await refusal({ ...server, DATA_DIR: temporaryFolder() })
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringContaining('Another gateway serves this database')])
    await gateway.end('SIGKILL')
    const next = await startGateway(server)
    expect(await next.end('SIGTERM')).toBe(0)
    await shared.close()
  })

  test('a server without pgvector', async () => {
    const bare = await tempDatabase({ kind: 'server', migrated: false })
    const opened = await bare.open()
    // A view of that name in front of the catalogue's: the server as it looks where the extension is not installed.
    await opened.pool.query(`create schema bare; create view bare.pg_available_extensions as
      select * from pg_catalog.pg_available_extensions where name <> 'vector'`)
    await opened.close()
    const url = `${bare.environment.DATABASE_URL}?options=-csearch_path%3Dbare,pg_catalog,public`
    const { code, lines } = await refusal({ ...environment, DATABASE_URL: url })
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringMatching(/lacks the extension pgvector.*Install pgvector/)])
    await bare.close()
  })
})
