import { createHmac } from 'node:crypto'
import { RagError } from '../rag-error.js'
import { canonicalJson } from './canonical-json.js'
import { normaliserVersion } from './normal-form.js'

/** Of what is stored under the keys: what an older release wrote is not read. */
const formatVersion = 1
const minKeyBytes = 32

export interface KeyParts {
  readonly tenantKey: (tenant: string) => Uint8Array
  readonly model: { readonly name: string; readonly dimensions: number }
  readonly indexVersion: string
  readonly precision: string
}

export interface AskedSearch {
  readonly queryId: string
  readonly tenant: string
  readonly topK: number
  readonly scoreThreshold: number
  readonly filters: object | undefined
}

/** Keys of the cache. Of what people typed only an HMAC by their tenant's key stands in them. */
export class RagKeys {
  readonly #parts: KeyParts

  constructor(parts: KeyParts) {
    this.#parts = parts
  }

  /** Of a text in its normal form, whatever is searched with it. */
  queryId(tenant: string, text: string): string {
    return this.#hmac(tenant, ['query', text])
  }

  search(asked: AskedSearch): string {
    return `rag_search:${this.#hmac(asked.tenant, ['search', asked.queryId, ...this.#request(asked)])}`
  }

  /** Searches of one group differ in their query alone. */
  group(asked: AskedSearch): string {
    return this.#hmac(asked.tenant, ['group', ...this.#request(asked)])
  }

  /** Of a text in its normal form. */
  embedding(tenant: string, text: string): string {
    return `rag_embedding:${this.#hmac(tenant, ['embedding', text, this.#parts.precision])}`
  }

  #request({ topK, scoreThreshold, filters }: AskedSearch): unknown[] {
    const canonical = filters === undefined ? null : canonicalJson(filters)
    return [this.#parts.indexVersion, topK, scoreThreshold, canonical]
  }

  #hmac(tenant: string, parts: readonly unknown[]): string {
    const key = this.#parts.tenantKey(tenant)
    if (!(key instanceof Uint8Array) || key.length < minKeyBytes)
      throw new RagError('RAG_OPTION_INVALID', `tenantKey must return at least ${minKeyBytes} bytes`, {
        field: 'tenantKey',
      })
    const { name, dimensions } = this.#parts.model
    const text = JSON.stringify([formatVersion, tenant, name, dimensions, normaliserVersion, ...parts])
    return createHmac('sha256', key).update(text).digest('base64url')
  }
}
