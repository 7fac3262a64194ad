import { systemClock } from '@voiceassist/kernel'
import { describeDatabases, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { type AuthService, createAuthService } from '#src/services/accounts/auth.service'
import { createPasswordHasher } from '#src/services/accounts/password-hasher'

const password = 'long enough'

const actor = gatewayActor('test')

describeDatabases('accounts', kind => {
  let temp: TempDatabase
  let auth: AuthService
  let db: OpenDatabase['db']

  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    db = (await temp.open()).db
    auth = createAuthService({ db, clock: systemClock, tokenSecret: 'x'.repeat(32) })
  })
  afterAll(() => temp.close())

  it('keeps an e-mail once, whatever its case', async () => {
    const created = await auth.createUser(actor, {
      email: ' Ada@Example.org',
      fullName: ' Ada L. ',
      password,
      role: 'admin',
    })
    expect(created).toMatchObject({
      email: 'ada@example.org',
      fullName: 'Ada L.',
      role: 'admin',
      active: true,
      lastLogin: null,
    })
    await expect(
      auth.createUser(actor, { email: 'ADA@example.org', password, role: 'user' }),
    ).rejects.toMatchObject({
      code: 'EMAIL_TAKEN',
      field: 'email',
    })
  })

  it.each([
    ['email', { email: 'no address' }],
    ['email', { email: 'two@at@example.org' }],
    ['email', { email: `${'a'.repeat(250)}@b.org` }],
    ['email', { email: 'nul\u0000@example.org' }],
    ['fullName', { fullName: 'a'.repeat(256) }],
    ['fullName', { fullName: 'nul\u0000' }],
    ['password', { password: 'a'.repeat(7) }],
    ['password', { password: 'a'.repeat(129) }],
  ])('refuses a wrong %s: %j', async (field, wrong) => {
    const user = { email: 'new@example.org', password, role: 'user' as const, ...wrong }
    await expect(auth.createUser(actor, user)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', field })
  })

  it('takes passwords of 8 to 128 characters, counted as people do', async () => {
    await auth.createUser(actor, { email: 'short@example.org', password: '😀🙂'.repeat(4), role: 'user' })
    await auth.createUser(actor, { email: 'long@example.org', password: '😀🙂'.repeat(64), role: 'user' })
    expect((await auth.login(actor, 'long@example.org', '😀🙂'.repeat(64))).user.email).toBe(
      'long@example.org',
    )
  })

  it('hashes once a login, whoever it is for, and only then says no', async () => {
    const hasher = createPasswordHasher()
    const verified: (string | undefined)[] = []
    const counted = createAuthService({
      db,
      clock: systemClock,
      tokenSecret: 'x'.repeat(32),
      hasher: {
        ...hasher,
        verify: (stored, given) => {
          verified.push(stored)
          return hasher.verify(stored, given)
        },
      },
    })
    await counted.updateUser(actor, 'short@example.org', { active: false })
    const attempts = ['nobody@example.org', 'short@example.org', 'ada@example.org']
    const refusals = attempts.map(email =>
      counted.login(actor, email, '😀🙂'.repeat(4)).catch(error => error),
    )
    for (const error of await Promise.all(refusals))
      expect(error).toMatchObject({ code: 'INVALID_CREDENTIALS', field: undefined })
    expect(verified.map(stored => stored?.slice(0, 9)).sort()).toEqual(['$argon2id', '$argon2id', undefined])
  })

  it('lists in pages by e-mail', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await auth.listUsers({ limit: 1, cursor })
      expect(page.items).toHaveLength(1)
      seen.push(page.items[0]!.email)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(['ada@example.org', 'long@example.org', 'short@example.org'])
    expect(await auth.listUsers()).toMatchObject({ items: [{}, {}, {}], nextCursor: null })
    for (const garbage of ['garbage', Buffer.from('12345678ada@example.org').toString('base64url')])
      await expect(auth.listUsers({ cursor: garbage })).rejects.toMatchObject({ field: 'cursor' })
  })

  it('knows no account that is not there', async () => {
    for (const who of ['nobody@example.org', '00000000-0000-4000-8000-000000000000', 'garbage'])
      await expect(auth.updateUser(actor, who, { active: false })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
  })

  it('keeps one administrator active, also when two are disabled at once', async () => {
    const emails = ['ada@example.org', 'grace@example.org'] as const
    await expect(auth.updateUser(actor, emails[0], { active: false })).rejects.toMatchObject({
      code: 'LAST_ADMINISTRATOR',
      status: 409,
      remedy: 'Make another administrator first',
    })
    const { id } = await auth.createUser(actor, { email: emails[1], password, role: 'admin' })
    for (const who of [...Array.from({ length: 5 }, () => emails[1]), id.toUpperCase()]) {
      const outcomes = await Promise.allSettled([
        auth.updateUser(actor, emails[0], { active: false }),
        auth.updateUser(actor, who, { active: false }),
      ])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'LAST_ADMINISTRATOR' },
      })
      const active = (await auth.listUsers()).items.filter(user => user.role === 'admin' && user.active)
      expect(active).toHaveLength(1)
      const other = emails.find(email => email !== active[0]!.email)!
      expect(await auth.updateUser(actor, other, { active: false })).toMatchObject({ active: false }) // is so already
      await auth.updateUser(actor, other, { active: true })
    }
  })
})
