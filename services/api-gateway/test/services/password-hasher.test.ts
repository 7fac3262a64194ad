import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { createPasswordHasher } from '#src/services/accounts/password-hasher'

const waiting = 64
const running = 2

describe('the password hasher', () => {
  it('hashes by argon2id with 19 MiB and two passes', async () => {
    const hasher = createPasswordHasher()
    const stored = await hasher.hash('päßword')
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await hasher.hash('päßword')).not.toBe(stored)
    expect(await hasher.verify(stored, 'päßword')).toBe(true)
    expect(await hasher.verify(stored, 'päßwort')).toBe(false)
  })

  it('reads the whole password: no 72 bytes, after which anything goes', async () => {
    const hasher = createPasswordHasher()
    const long = 'ä'.repeat(127)
    const stored = await hasher.hash(`${long}x`)
    expect(await hasher.verify(stored, `${long}x`)).toBe(true)
    expect(await hasher.verify(stored, `${long}y`)).toBe(false)
    expect(await hasher.verify(stored, long)).toBe(false)
  })

  it('knows hashes of other parameters, which are verified and made anew', async () => {
    const hasher = createPasswordHasher()
    expect(hasher.needsRehash(await hasher.hash('x'))).toBe(false)
    const weaker = await hash('x', { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
    expect(hasher.needsRehash(weaker)).toBe(true)
    expect(await hasher.verify(weaker, 'x')).toBe(true)
    expect(hasher.needsRehash('$2b$12$abcdefghijklmnopqrstuv')).toBe(true)
  })

  it('works as hard for nobody’s password, and refuses it', async () => {
    expect(await createPasswordHasher().verify(undefined, 'anything')).toBe(false)
  })

  it('lets a bounded number wait, and goes on afterwards', async () => {
    const hasher = createPasswordHasher()
    const accepted = Array.from({ length: running + waiting }, () => hasher.verify(undefined, 'x'))
    await expect(hasher.verify(undefined, 'x')).rejects.toMatchObject({ code: 'OVERLOADED', status: 503 })
    expect(await Promise.all(accepted)).toEqual(accepted.map(() => false))
    expect(await hasher.verify(await hasher.hash('again'), 'again')).toBe(true)
  })

  it('frees its place when hashing fails', async () => {
    const hasher = createPasswordHasher()
    for (let count = 0; count < running + waiting + 1; count++)
      await expect(hasher.verify('not a hash', 'x')).rejects.toThrow()
    expect(await hasher.verify(undefined, 'x')).toBe(false)
  })
})
