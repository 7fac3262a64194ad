import { createHmac } from 'node:crypto'
import { type ChainLink, isSameHmac } from './audit-chain.js'

const version = 'va-audit-head-1'
const form = /^va-audit-head-1\.(0|[1-9]\d{0,18})\.([0-9a-f]{64})\.(\d{4}-[\dT:.-]+Z)\.([0-9a-f]{64})$/

/** Where the chain ended at a time, as a text to keep elsewhere: a chain that was cut since does not hold it. */
export function signHead(key: string, { seq, hmac }: ChainLink, at: Date): string {
  const statement = `${version}.${seq}.${hmac.toString('hex')}.${at.toISOString()}`
  return `${statement}.${signatureOf(key, statement).toString('hex')}`
}

/** Undefined unless this key signed it. */
export function readHead(key: string, text: string): (ChainLink & { readonly at: string }) | undefined {
  const match = form.exec(text.trim())
  if (!match) return undefined
  const [whole, seq, hmac, at, signature] = match as unknown as [string, string, string, string, string]
  const statement = whole.slice(0, -signature.length - 1)
  if (!isSameHmac(signatureOf(key, statement), Buffer.from(signature, 'hex'))) return undefined
  return { seq: BigInt(seq), hmac: Buffer.from(hmac, 'hex'), at }
}

function signatureOf(key: string, statement: string): Buffer {
  return createHmac('sha256', key).update('audit head\0').update(statement).digest()
}
