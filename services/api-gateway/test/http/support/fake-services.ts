import { randomUUID } from 'node:crypto'
import type { Actor } from '#src/audit/actor'
import { GatewayError } from '#src/errors'
import type {
  DocumentDetail,
  DocumentInput,
  DocumentListQuery,
  DocumentPage,
  DocumentSummary,
  DocumentsService,
  IndexingOptions,
} from '#src/services/documents/documents-port'
import type { FoundPassages, SearchHit, SearchQuery, SearchService } from '#src/services/search-port'

export const passage: SearchHit = {
  chunkId: '11111111-1111-4111-8111-111111111111',
  documentId: '22222222-2222-4222-8222-222222222222',
  title: 'Acetylsalicylic acid',
  heading: 'Effects',
  text: 'Aspirin thins the blood and lowers fever.',
  score: 0.9,
  start: 10,
  end: 51,
  sourceType: 'guideline',
  metadata: { year: 2024, draft: false, region: 'EU' },
}

/** Finds the passage whatever is asked, or does what a test puts into `next`. */
export class FakeSearch implements SearchService {
  readonly queries: SearchQuery[] = []
  next: (() => Promise<readonly SearchHit[]>) | undefined

  async search(query: SearchQuery): Promise<FoundPassages> {
    this.queries.push(query)
    const hits = this.next ? await this.next() : [passage].slice(0, query.topK)
    return { hits, from: 'search', timing: { embeddingMs: 7, searchMs: 5 } }
  }
}

/** Keeps documents in memory; three steps of progress each. */
export class FakeDocuments implements DocumentsService {
  readonly inputs: DocumentInput[] = []
  readonly actors: Actor[] = []
  readonly lists: DocumentListQuery[] = []
  readonly #stored = new Map<string, DocumentDetail>()
  failure: Error | undefined

  async create(actor: Actor, input: DocumentInput, options: IndexingOptions = {}): Promise<DocumentSummary> {
    this.actors.push(actor)
    return this.#index(randomUUID(), input, 1, options)
  }

  async replace(
    _actor: Actor,
    id: string,
    input: DocumentInput,
    options: IndexingOptions = {},
  ): Promise<DocumentSummary> {
    const { version } = await this.read(id)
    return this.#index(id, input, version + 1, options)
  }

  async reindex(_actor: Actor, id: string, options: IndexingOptions = {}): Promise<DocumentSummary> {
    const document = await this.read(id)
    this.#progress(options)
    return document
  }

  async list(query: DocumentListQuery): Promise<DocumentPage> {
    this.lists.push(query)
    const items = [...this.#stored.values()].slice(0, query.limit)
    return { items, nextCursor: null, total: this.#stored.size }
  }

  summary(id: string): Promise<DocumentSummary> {
    return this.read(id)
  }

  async read(id: string): Promise<DocumentDetail> {
    const found = this.#stored.get(id)
    if (!found) throw new GatewayError('NOT_FOUND', 'There is no such document')
    return found
  }

  async remove(_actor: Actor, id: string): Promise<void> {
    await this.read(id)
    this.#stored.delete(id)
  }

  #index(id: string, input: DocumentInput, version: number, options: IndexingOptions): DocumentDetail {
    this.inputs.push(input)
    if (this.failure) throw this.failure
    this.#progress(options)
    const text = Buffer.from(input.bytes).toString()
    const at = new Date('2025-01-01T00:00:00.000Z')
    const document: DocumentDetail = {
      id,
      title: input.title ?? 'Untitled',
      sourceType: input.sourceType ?? 'uploaded',
      sourceKey: null,
      filename: input.filename ?? null,
      fileType: 'txt',
      contentHash: 'a'.repeat(64),
      metadata: input.metadata ?? {},
      version,
      chunkCount: 1,
      wordCount: 2,
      createdAt: at,
      updatedAt: at,
      text,
      chunks: [
        { id: randomUUID(), position: 0, heading: '', text, start: 0, end: text.length, wordCount: 2 },
      ],
    }
    this.#stored.set(id, document)
    return document
  }

  #progress({ onProgress }: IndexingOptions): void {
    for (const embedded of [1, 2, 3]) onProgress?.({ embedded, chunks: 3 })
  }
}
