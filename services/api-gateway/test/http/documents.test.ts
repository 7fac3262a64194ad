import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '#src/errors'
import { eventsOf, type FormPart, form, openTestApp, type TestApp } from './support/test-app.js'

const url = '/api/admin/kb/documents'
const maxBytes = 10_000
const file = (value: string | Buffer, filename = 'notes.md'): FormPart => ({ name: 'file', filename, value })

describe('documents', () => {
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({ overrides: { maxDocumentBytes: maxBytes } })
  })
  afterAll(() => test.close())
  beforeEach(() => {
    test.documents.inputs.length = 0
    test.documents.failure = undefined
  })

  const upload = (parts: FormPart[], headers = {}) => {
    const { payload, headers: type } = form(...parts)
    return test.call('POST', url, { as: 'admin', payload, headers: { ...type, ...headers } })
  }

  it('are stored with the fields of the form, in any order', async () => {
    const fields = [
      { name: 'title', value: 'Fieber – Grundlagen' },
      { name: 'sourceType', value: 'guideline' },
      { name: 'metadata', value: '{"year":2024,"draft":false,"region":"EU"}' },
    ]
    for (const parts of [
      [...fields, file('# Fever')],
      [file('# Fever'), ...fields],
      [fields[2]!, file('# Fever'), fields[1]!, fields[0]!],
    ]) {
      const answer = await upload(parts)
      expect(answer.statusCode).toBe(201)
      expect(answer.headers.location).toBe(`${url}/${answer.json().id}`)
      expect(answer.json()).toMatchObject({ title: 'Fieber – Grundlagen', filename: 'notes.md', version: 1 })
      expect(test.documents.inputs.at(-1)).toEqual({
        bytes: Buffer.from('# Fever'),
        filename: 'notes.md',
        title: 'Fieber – Grundlagen',
        sourceType: 'guideline',
        metadata: { year: 2024, draft: false, region: 'EU' },
      })
      expect(test.documents.actors.at(-1)).toMatchObject({
        userId: test.users.admin.id,
        role: 'admin',
        endpoint: 'POST /api/admin/kb/documents',
      })
    }
  })

  it('keep every byte, and of a filename its last part', async () => {
    const bytes = Buffer.from(Array.from({ length: maxBytes }, (_, n) => n % 256))
    expect((await upload([file(bytes, '../../etc/Übersicht\u0001.md')])).statusCode).toBe(201)
    expect(test.documents.inputs).toMatchObject([{ filename: 'Übersicht.md' }])
    expect(Buffer.compare(test.documents.inputs[0]!.bytes as Buffer, bytes)).toBe(0)
  })

  it('are refused over the size limit', async () => {
    const answer = await upload([file('a'.repeat(maxBytes + 1))])
    expect(answer.json()).toMatchObject({ status: 413, code: 'DOCUMENT_TOO_LARGE', field: 'file' })
    expect(test.documents.inputs).toEqual([])
  })

  it('are refused as soon as the limit is passed, while the upload still runs', async () => {
    const { port } = new URL(await test.app.listen({ host: '127.0.0.1', port: 0 }))
    const type = form().headers['content-type']!
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sending = request(
        {
          port,
          path: url,
          method: 'POST',
          headers: { 'content-type': type, authorization: `Bearer ${test.users.admin.token}` },
        },
        response => {
          let body = ''
          response.setEncoding('utf8').on('data', chunk => {
            body += chunk
          })
          response.on('end', () => {
            resolve({ status: response.statusCode, body })
            sending.destroy()
          })
        },
      )
      sending.on('error', reject)
      // The form is never finished: no end of the part, no end of the request.
      sending.write(
        `--${type.split('boundary=')[1]}\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n`,
      )
      sending.write('a'.repeat(2 * maxBytes))
    })
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'DOCUMENT_TOO_LARGE' })
    expect(test.documents.inputs).toEqual([])
  })

  it('are refused by their declared length before anything is read', async () => {
    const { payload, headers } = form(file('small'))
    const answer = await test.call('POST', url, {
      as: 'admin',
      payload,
      headers: { ...headers, 'content-length': String(1e9) },
    })
    expect(answer.json()).toMatchObject({ status: 413, code: 'DOCUMENT_TOO_LARGE' })
  })

  it('are listed, read, replaced, reindexed and deleted', async () => {
    const { id } = (await upload([file('old text')])).json()
    const one = `${url}/${id.toUpperCase()}`
    const list = (
      await test.call('GET', `${url}?limit=1000&sourceType=uploaded&cursor=abc`, { as: 'viewer' })
    ).json()
    expect(list).toMatchObject({ nextCursor: null, total: expect.any(Number) })
    expect(test.documents.lists.at(-1)).toEqual({ limit: 1000, sourceType: 'uploaded', cursor: 'abc' })
    expect(list.items.at(-1)).not.toHaveProperty('text')
    const { payload, headers } = form(file('new text', 'new.txt'))
    const replaced = await test.call('PUT', one, { as: 'admin', payload, headers })
    expect([replaced.statusCode, replaced.json()]).toEqual([
      200,
      expect.objectContaining({ id, version: 2, filename: 'new.txt' }),
    ])
    const read = (await test.call('GET', one, { as: 'viewer' })).json()
    expect(read).toMatchObject({ text: 'new text', createdAt: '2025-01-01T00:00:00.000Z' })
    expect(read.chunks).toEqual([
      { id: expect.any(String), position: 0, heading: '', text: 'new text', start: 0, end: 8, wordCount: 2 },
    ])
    expect((await test.call('POST', `${one}/reindex`, { as: 'admin' })).json()).toMatchObject({ id })
    expect((await test.call('DELETE', one, { as: 'admin' })).statusCode).toBe(204)
    expect((await test.call('GET', one, { as: 'admin' })).json()).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    })
  })

  it('are answered with the service’s errors', async () => {
    test.documents.failure = new GatewayError('UNSUPPORTED_FORMAT', 'Not a text', { field: 'file' })
    expect((await upload([file('\u0000')])).json()).toMatchObject({
      status: 415,
      code: 'UNSUPPORTED_FORMAT',
      field: 'file',
    })
  })

  it('report their progress as events', async () => {
    const events = eventsOf((await upload([file('text')], { accept: 'text/event-stream' })).body)
    expect(events.map(({ event }) => event)).toEqual(['progress', 'progress', 'progress', 'document', 'done'])
    expect(events[1]!.data).toEqual({ embedded: 2, chunks: 3 })
    const id = events[3]!.data.id
    const reindex = await test.call('POST', `${url}/${id}/reindex`, {
      as: 'admin',
      headers: { accept: 'text/event-stream' },
    })
    expect(eventsOf(reindex.body).at(-2)).toMatchObject({ event: 'document', data: { id } })
    const missing = await test.call('POST', `${url}/${randomUUID()}/reindex`, {
      as: 'admin',
      headers: { accept: 'text/event-stream' },
    })
    expect(missing.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})
