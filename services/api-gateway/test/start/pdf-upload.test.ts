import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddingsServer, startEmbeddingsServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { paragraph, pdfFile } from '../pdf/pdf-file.js'
import { type GatewayClient, signIn } from './gateway-client.js'
import { type GatewayProcess, startGateway, voiceassist } from './gateway-process.js'

const path = '/api/admin/kb/documents'
let folder: string
let embeddings: EmbeddingsServer
let environment: Record<string, string>
let gateway: GatewayProcess
let client: GatewayClient
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'va-pdf-'))
  embeddings = await startEmbeddingsServer()
  environment = { DATA_DIR: join(folder, 'data'), ...embeddings.environment, LOG_LEVEL: 'silent' }
  gateway = await startGateway(environment)
  client = await signIn(gateway, gateway.administrator!)
})
afterAll(async () => {
  await gateway?.end('SIGTERM')
  await embeddings?.close()
  rmSync(folder, { recursive: true, force: true })
})

const leaflet = (drug: string) =>
  Buffer.from(pdfFile([paragraph(700, `${drug} is taken with water.`), paragraph(700, `Store ${drug} dry.`)]))

test('a PDF is uploaded, found, and quoted in an answer', async () => {
  const { status, body } = await client.upload<{ id: string; fileType: string }>(
    'POST',
    path,
    'leaflet.pdf',
    leaflet('Zorbamycin'),
  )
  expect({ status, fileType: body.fileType }).toEqual({ status: 201, fileType: 'pdf' })
  const { body: session } = await client.call<{ id: string }>('POST', '/api/sessions', {})
  const { body: pair } = await client.call<{ answer: { citations: { documentId: string }[] } }>(
    'POST',
    `/api/sessions/${session.id}/messages`,
    { content: 'How is Zorbamycin taken?' },
  )
  expect(pair.answer.citations[0]?.documentId).toBe(body.id)
})

test('one that is encrypted or broken is refused with what to do, and the gateway goes on', async () => {
  const encrypted = readFileSync(new URL('../pdf/encrypted/aes-256.pdf', import.meta.url))
  const upload = (content: Buffer<ArrayBuffer>) => client.upload('POST', path, 'x.pdf', content)
  expect(await upload(encrypted)).toMatchObject({ status: 422, body: { code: 'DOCUMENT_ENCRYPTED' } })
  expect(await upload(Buffer.from('%PDF-1.7 and then nothing'))).toMatchObject({
    status: 422,
    body: { code: 'DOCUMENT_UNREADABLE' },
  })
  expect((await client.call('GET', '/health/ready')).status).toBe(200)
})

test('a folder’s PDFs are imported by the command line', async () => {
  writeFileSync(join(folder, 'other.pdf'), leaflet('Quillomab'))
  const { code, stdout } = await voiceassist(['kb', 'import', join(folder, 'other.pdf')], environment)
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^1 added, /) })
})
