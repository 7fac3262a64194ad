import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { lastLink, readLinks, type StoredLink, unsealedTail } from '../repositories/audit-chain.repository.js'
import { type ChainLink, chainStart, isSameHmac, nextLink } from './audit-chain.js'
import { readHead } from './signed-head.js'

export type BreakReason = 'gap' | 'row gone' | 'row altered'

export interface AuditVerification {
  /** Nothing is broken, and the chain holds the head that was given. Rows may be unsealed yet. */
  readonly ok: boolean
  /** Links that were found sound before the first that is not. */
  readonly checked: number
  /** The first link that is broken; null: none is. */
  readonly broken: { readonly seq: string; readonly auditId: string; readonly reason: BreakReason } | null
  /** Rows that are not in the chain: a second's worth while the gateway runs. */
  readonly unsealed: { readonly count: number; readonly oldest: Date | null }
  /** Of the head that was given: `cut` when the chain ends before it, `other` when it has another link there. */
  readonly head: 'not given' | 'held' | 'cut' | 'other'
}

export interface VerifyOptions {
  /** A signed head that was kept elsewhere. */
  readonly head?: string | undefined
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
}

const linksPerPage = 1000

/** @throws GatewayError VALIDATION_FAILED for a head that this key has not signed; the signal's reason. */
export async function verifyAudit(
  db: Kysely<Database>,
  key: string,
  { head, onProgress, signal }: VerifyOptions = {},
): Promise<AuditVerification> {
  const expected = head === undefined ? undefined : headOf(key, head)
  const total = Number((await lastLink(db))?.seq ?? 0n)
  let link: ChainLink = chainStart
  let broken: AuditVerification['broken'] = null
  for (let page: StoredLink[]; !broken; ) {
    signal?.throwIfAborted()
    page = await readLinks(db, link.seq, linksPerPage)
    if (page.length === 0) break
    for (const stored of page) {
      const reason = reasonOf(key, link, stored)
      if (reason) {
        broken = { seq: String(stored.seq), auditId: stored.auditId, reason }
        break
      }
      link = stored
    }
    onProgress?.({ done: Number(link.seq), total: Math.max(total, Number(link.seq)) })
  }
  const unsealed = await unsealedTail(db)
  const headState = expected ? await stateOf(db, expected) : 'not given'
  const ok = !broken && (headState === 'not given' || headState === 'held')
  return { ok, checked: Number(link.seq), broken, unsealed, head: headState }
}

/** Why a stored link does not follow the one before it; undefined: it does. */
export function reasonOf(key: string, previous: ChainLink, stored: StoredLink): BreakReason | undefined {
  if (stored.seq !== previous.seq + 1n) return 'gap'
  if (!stored.facts) return 'row gone'
  return isSameHmac(nextLink(key, previous, stored.facts).hmac, stored.hmac) ? undefined : 'row altered'
}

/** Looked at by itself: the chain behind its first broken link is not gone through. */
async function stateOf(db: Kysely<Database>, head: ChainLink): Promise<'held' | 'cut' | 'other'> {
  if (head.seq === chainStart.seq) return 'held'
  const [found] = await readLinks(db, head.seq - 1n, 1)
  if (!found) return 'cut'
  return found.seq === head.seq && isSameHmac(head.hmac, found.hmac) ? 'held' : 'other'
}

function headOf(key: string, text: string): ChainLink {
  const head = readHead(key, text)
  if (!head)
    throw new GatewayError('VALIDATION_FAILED', 'The head is not one that was signed with this key', {
      field: 'head',
      remedy: 'Give the whole line that `voiceassist audit head` printed',
    })
  return head
}
