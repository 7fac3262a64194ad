import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(12 * 256)
let at = pool.length

/** 16 random characters. Drawn from the system in bulk, since every call that may begin a gen brings one along. */
export function newGen(): string {
  if (at === pool.length) {
    randomFillSync(pool)
    at = 0
  }
  at += 12
  return pool.toString('base64url', at - 12, at)
}
