import { createHmac, timingSafeEqual } from 'node:crypto'

/** An audit row's columns as PostgreSQL writes them, in one fixed order. */
export type AuditFacts = readonly (string | null)[]

export interface ChainLink {
  /** 1 and up, without a gap. */
  readonly seq: bigint
  readonly hmac: Buffer
}

/** What the first link follows. */
export const chainStart: ChainLink = { seq: 0n, hmac: Buffer.alloc(32) }

/**
 * The link that follows `previous`: an HMAC-SHA256 over the previous one, the number and every column of the row, so that
 * no row can be changed, left out, moved or put in between without the key.
 */
export function nextLink(key: string, previous: ChainLink, facts: AuditFacts): ChainLink {
  const seq = previous.seq + 1n
  const hmac = createHmac('sha256', key).update('audit row 1\0').update(previous.hmac)
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(seq)
  hmac.update(number)
  for (const fact of facts) hmac.update(framed(fact))
  return { seq, hmac: hmac.digest() }
}

export function isSameHmac(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Its length goes before it: two fields never read as two others. */
function framed(fact: string | null): Buffer {
  if (fact === null) return Buffer.from([0])
  const bytes = Buffer.from(fact)
  const head = Buffer.alloc(5)
  head[0] = 1
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}
