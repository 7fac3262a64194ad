import { describeDatabases, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuthFixture, as, authFixture, codeOf, password, plainHasher, visitor } from './auth-fixture.js'

const hourMs = 3_600_000
const other = 'another long password'

describeDatabases('logins, when the account changes,', kind => {
  let test: AuthFixture
  beforeAll(async () => {
    test = await authFixture(kind)
  })
  afterAll(() => test.close())

  const verified = (accessToken: string) => codeOf(test.auth.verify(accessToken))
  const refreshed = (refreshToken: string) => test.auth.refresh(visitor(), refreshToken)
  let count = 0
  const begin = () => test.loggedIn(`user-${++count}@example.org`)

  it('begin anew behind a change of the password: fresh tokens are good at once', async () => {
    const first = await begin()
    const second = await test.auth.login(visitor(), first.user.email, password)
    const { sessionId } = await test.auth.verify(first.accessToken)
    const change = { currentPassword: password, newPassword: other }
    const fresh = await test.auth.changePassword(as(first), sessionId, change)
    expect(await verified(fresh.accessToken)).toBe('done')
    for (const old of [first, second]) {
      expect(await verified(old.accessToken)).toBe('UNAUTHENTICATED')
      expect(await codeOf(refreshed(old.refreshToken))).toBe('UNAUTHENTICATED')
    }
    expect(await verified((await refreshed(fresh.refreshToken)).accessToken)).toBe('done')
    expect(await codeOf(test.auth.login(visitor(), first.user.email, password))).toBe('INVALID_CREDENTIALS')
    const again = await test.auth.login(visitor(), first.user.email, other)
    expect(await verified(again.accessToken)).toBe('done')
    expect((await test.audited('auth.password_change')).at(-1)).toMatchObject({
      user_id: first.user.id,
      error_message: null,
    })
  })

  it('change no password without the current one, nor for a login that has ended', async () => {
    const login = await begin()
    const { sessionId } = await test.auth.verify(login.accessToken)
    const change = (currentPassword: string, newPassword = other) =>
      test.auth.changePassword(as(login), sessionId, { currentPassword, newPassword })
    await expect(change('wrong')).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
      field: 'currentPassword',
    })
    await expect(change(password, login.user.email)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      field: 'newPassword',
    })
    expect((await test.audited('auth.password_change')).at(-1)).toMatchObject({
      user_id: login.user.id,
      error_message: 'INVALID_CREDENTIALS',
    })
    expect(await verified(login.accessToken)).toBe('done')
    await test.auth.logout(as(login), sessionId)
    expect(await codeOf(change(password))).toBe('UNAUTHENTICATED')
    await test.auth.login(visitor(), login.user.email, password)
  })

  it('from before a revocation end and from behind it live, within one microsecond and when clocks jump', async () => {
    const { user } = await begin()
    const login = () => test.auth.login(visitor(), user.email, password)
    const ahead = { not_before: new Date(Date.now() + hourMs) } // as a server's clock that went back would leave it
    await test.db.updateTable('users').set(ahead).where('id', '=', user.id).execute()
    for (let round = 0; round < 3; round++) {
      const logins = [await login(), await login()]
      for (const { accessToken } of logins) expect(await verified(accessToken)).toBe('done')
      await test.auth.endLogins(visitor(), user.id)
      for (const { accessToken } of logins) expect(await verified(accessToken)).toBe('UNAUTHENTICATED')
    }
    expect(await verified((await login()).accessToken)).toBe('done')
  })

  it('do not begin when the account is disabled, or its password changed, while the password is checked', async () => {
    const { user } = await begin()
    const races = [
      () => test.auth.updateUser(visitor(), user.id, { active: false }),
      () => test.auth.resetPassword(visitor(), user.id, other),
      () => test.auth.deleteUser(visitor(), user.id),
    ]
    let given = password
    for (const race of races) {
      const checked = gate()
      const go = gate()
      const slow = test.instance({
        hasher: {
          ...plainHasher,
          async verify(stored, text) {
            const matches = await plainHasher.verify(stored, text)
            checked.open()
            await go.opened
            return matches
          },
        },
      })
      const login = slow.login(visitor(), user.email, given)
      await checked.opened
      await race()
      go.open()
      expect(await codeOf(login), String(race)).toBe('INVALID_CREDENTIALS')
      if (race === races[0]) await test.auth.updateUser(visitor(), user.id, { active: true })
      if (race === races[1]) given = other
    }
  })
})
