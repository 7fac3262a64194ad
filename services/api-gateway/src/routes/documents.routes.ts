import multipart from '@fastify/multipart'
import {
  type DocumentDetail as DetailView,
  documentDetail,
  documentListQuery,
  documentPage,
  documentSummary,
  idParams,
  noBody,
  noQuery,
  type DocumentSummary as SummaryView,
} from '@voiceassist/api-contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../plugins/request-actor.js'
import type {
  DocumentDetail,
  DocumentSummary,
  DocumentsService,
  IndexingOptions,
} from '../services/documents/documents-port.js'
import { readUpload } from './document-upload.js'
import { goneSignal, sendEvents, wantsEvents } from './event-stream.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['knowledge base']
const events =
  'With `Accept: text/event-stream`: events `progress` {embedded, chunks}, then `document`, `done`, or `error` with a problem.'

export interface DocumentRoutesOptions {
  readonly documents: DocumentsService
  readonly maxDocumentBytes: number
}

export const documentRoutes: RoutePlugin<DocumentRoutesOptions> = async (
  app,
  { documents, maxDocumentBytes },
) => {
  await app.register(multipart)

  app.post(
    '/documents',
    {
      config: { access: 'admin', upload: true },
      schema: {
        tags,
        summary: 'Store a document',
        description: `A form of one file and optional fields, in any order. ${events}`,
        querystring: noQuery,
        response: { 201: documentSummary },
      },
    },
    async (request, reply) => {
      const input = await readUpload(request, maxDocumentBytes)
      return answer(request, reply, 201, options => documents.create(actorOf(request), input, options))
    },
  )

  app.get(
    '/documents',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'Documents, newest first',
        querystring: documentListQuery,
        response: { 200: documentPage },
      },
    },
    async ({ query }) => {
      const { items, nextCursor, total } = await documents.list(query)
      return { items: items.map(summaryView), nextCursor, total }
    },
  )

  app.get(
    '/documents/:id',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'A document with its text and chunks',
        params: idParams,
        querystring: noQuery,
        response: { 200: documentDetail },
      },
    },
    async request => detailView(await documents.read(idOf(request))),
  )

  app.get(
    '/documents/:id/summary',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'A document without its text and chunks',
        params: idParams,
        querystring: noQuery,
        response: { 200: documentSummary },
      },
    },
    async request => summaryView(await documents.summary(idOf(request))),
  )

  app.put(
    '/documents/:id',
    {
      config: { access: 'admin', upload: true },
      schema: {
        tags,
        summary: 'Replace a document',
        description: `Readers see the old one or the new one. ${events}`,
        params: idParams,
        querystring: noQuery,
        response: { 200: documentSummary },
      },
    },
    async (request, reply) => {
      const input = await readUpload(request, maxDocumentBytes)
      return answer(request, reply, 200, options =>
        documents.replace(actorOf(request), idOf(request), input, options),
      )
    },
  )

  app.post(
    '/documents/:id/reindex',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Chunk and embed a stored document anew',
        description: events,
        params: idParams,
        querystring: noQuery,
        body: noBody,
        response: { 200: documentSummary },
      },
    },
    async (request, reply) =>
      answer(request, reply, 200, options => documents.reindex(actorOf(request), idOf(request), options)),
  )

  app.delete(
    '/documents/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Delete a document',
        params: idParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await documents.remove(actorOf(request), idOf(request))
      return reply.status(204).send(null)
    },
  )
}

/** A caller who goes away while a document is indexed has nothing stored. */
async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  index: (options: IndexingOptions) => Promise<DocumentSummary>,
): Promise<FastifyReply> {
  const signal = goneSignal(reply)
  if (wantsEvents(request))
    return sendEvents(request, reply, async emit => {
      emit(
        'document',
        summaryView(await index({ signal, onProgress: progress => emit('progress', progress) })),
      )
    })
  const document = await index({ signal })
  if (status === 201) reply.header('location', `/api/admin/kb/documents/${document.id}`)
  return reply.status(status).send(summaryView(document))
}

function idOf({ params }: { readonly params: { id: string } }): string {
  return params.id.toLowerCase()
}

function summaryView(document: DocumentSummary): SummaryView {
  return {
    ...document,
    createdAt: document.createdAt.toISOString(),
    updatedAt: document.updatedAt.toISOString(),
  }
}

function detailView(document: DocumentDetail): DetailView {
  return {
    ...summaryView(document),
    text: document.text,
    chunks: document.chunks.map(chunk => ({ ...chunk })),
  }
}
