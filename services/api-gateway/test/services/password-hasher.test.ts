import { describe, expect, it } from 'vitest'
import { createPasswordHasher } from '#src/services/password-hasher'

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
