import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuthFixture, authFixture, codeOf, password, plainHasher, visitor } from './auth-fixture.js'

describeDatabases('registration', kind => {
  let test: AuthFixture
  beforeAll(async () => {
    test = await authFixture(kind, { registrationIsOpen: () => true })
  })
  afterAll(() => test.close())

  const register = (email: string, from = visitor(), given = password) =>
    codeOf(test.auth.register(from, { email, password: given }))

  it('makes a user, and leaves an account that exists as it is, with the same work', async () => {
    const hashed: string[] = []
    const counted = test.instance({
      hasher: { ...plainHasher, hash: async given => `plain ${hashed.push(given) && given}` },
    })
    for (const given of [password, 'a password of somebody else'])
      await counted.register(visitor(), { email: ' New@Example.org', password: given, fullName: 'N' })
    expect(hashed).toEqual([password, 'a password of somebody else'])
    const { user } = await test.auth.login(visitor(), 'new@example.org', password)
    expect(user).toMatchObject({ role: 'user', fullName: 'N', active: true })
    expect(await test.audited('auth.register')).toMatchObject([
      { resource_id: user.id, error_message: null },
      { resource_id: null, error_message: 'EMAIL_TAKEN' },
    ])
  })

  it('keeps the rules of e-mails and passwords', async () => {
    expect(await register('nowhere')).toBe('VALIDATION_FAILED')
    expect(await register('x@example.org', visitor(), 'password123')).toBe('VALIDATION_FAILED')
  })

  it('is limited by address', async () => {
    const from = visitor('203.0.113.1')
    for (let n = 0; n < 31; n++) expect(await register(`many-${n}@example.org`, from)).toBe('done')
    expect(await register('many-31@example.org', from)).toBe('TOO_MANY_ATTEMPTS')
    expect((await test.audited('auth.register')).at(-1)).toMatchObject({ error_message: 'TOO_MANY_ATTEMPTS' })
    expect(await codeOf(test.auth.login(from, 'many-0@example.org', password))).toBe('done')
  })

  it('is closed unless it is opened, and whoever tries is audited', async () => {
    const closed = test.instance({ registrationIsOpen: () => false })
    expect(await codeOf(closed.register(visitor(), { email: 'late@example.org', password }))).toBe(
      'REGISTRATION_CLOSED',
    )
    expect((await test.audited('auth.register')).at(-1)).toMatchObject({
      error_message: 'REGISTRATION_CLOSED',
    })
    expect(await codeOf(test.auth.readUser('late@example.org'))).toBe('NOT_FOUND')
  })
})
