import { createHmac } from 'node:crypto'
import type {
  DocumentInput,
  DocumentListQuery,
  DocumentsService,
} from '../services/documents/documents-port.js'
import { cacheKeys, documentListTag } from './cache-keys.js'
import { cachedRead, type GatewayCache } from './gateway-cache.js'

/**
 * Keeps lists of documents and documents without their text.
 * @param secret keys the HMACs of filters and cursors, which callers write; gateways that share it share their lists
 */
export function cachedDocuments(
  gateway: GatewayCache,
  documents: DocumentsService,
  secret: string,
): DocumentsService {
  const { cache } = gateway
  const changed = (id: string, acknowledged: boolean) =>
    Promise.all([
      cache.delete(cacheKeys.document(id)),
      cache.invalidateTags([documentListTag]),
      gateway.rag?.documentChanged(id, { acknowledged }),
    ])

  /** Its reader sees the change that it has made, at every gateway; but for an import, which does not wait for them. */
  async function changing<Result>(
    change: Promise<Result>,
    idOf: (result: Result) => string,
    input?: DocumentInput,
  ): Promise<Result> {
    const result = await change
    await changed(idOf(result), input?.sourceKey === undefined)
    return result
  }

  const listKey = ({ limit, cursor = '', sourceType }: DocumentListQuery) => {
    const plain = cursor === '' && sourceType === undefined
    const typed = JSON.stringify([cursor, sourceType])
    return cacheKeys.documents(
      plain ? `${limit}` : `${limit}:${createHmac('sha256', secret).update(typed).digest('base64url')}`,
    )
  }

  return {
    create: (...given) => changing(documents.create(...given), ({ id }) => id, given[1]),
    replace: (...given) => changing(documents.replace(...given), ({ id }) => id, given[2]),
    reindex: (...given) => changing(documents.reindex(...given), ({ id }) => id),
    remove: (actor, id) => changing(documents.remove(actor, id), () => id),
    list: query => cachedRead(gateway, listKey(query), () => documents.list(query), [documentListTag]),
    summary: id => {
      const load = () => documents.summary(id)
      return gateway.rag && gateway.usable ? gateway.rag.cache.documentMetadata(id, load) : load()
    },
    read: id => documents.read(id),
  }
}
