import { afterAll, beforeAll, expect, it } from 'vitest'
import { maxOverrides } from '#src/services/flags/flag-overrides.service'
import { type FlagCalls, flagCalls, flagsPath as flags } from './support/flag-calls.js'
import { openTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let { call, make, history, on } = {} as FlagCalls
beforeAll(async () => {
  test = await openTestApp()
  ;({ call, make, history, on } = flagCalls(test))
})
afterAll(() => test?.close())

it('overrides are of one user, on or off or a value, until they expire', async () => {
  await make('over', { enabled: true })
  const { id } = test.users.user
  const url = `/api/admin/users/${id}/flag-overrides`
  expect((await call('PUT', `${url}/over`, { enabled: false, reason: 'Asked for it' })).body).toMatchObject({
    ...{
      flag: 'over',
      userId: id,
      enabled: false,
      value: null,
      expiresAt: null,
      createdBy: test.users.admin.id,
    },
  })
  expect([await on('over', id), await on('over')]).toEqual([false, true])
  expect((await history('over'))[0]).toMatchObject({
    action: 'flag.override',
    details: { userId: id, enabled: false },
  })
  expect(JSON.stringify(await history('over'))).not.toContain('Asked')
  for (const [body, field] of [
    [{}, 'enabled'],
    [{ enabled: true, value: true }, 'enabled'],
    [{ value: 'text' }, 'value'],
    [{ enabled: true, expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ enabled: true, expiresAt: '9999-12-31T23:59:59-12:00' }, 'expiresAt'],
  ] as const)
    expect((await call('PUT', `${url}/over`, body)).body, field).toMatchObject({
      code: 'VALIDATION_FAILED',
      field,
    })
  await make('many', { type: 'multivariate', variants: [{ name: 'a', value: 'A' }] })
  expect((await call('PUT', `${url}/many`, { enabled: true })).body).toMatchObject({ field: 'enabled' })
  const until = '2999-01-01T00:00:00.000Z'
  expect((await call('PUT', `${url}/over`, { value: true, expiresAt: until })).body).toMatchObject({
    expiresAt: until,
  })
  expect((await call('GET', `${flags}/over/overrides`)).body.items).toHaveLength(1)
  expect((await call('GET', url)).body.items).toMatchObject([{ flag: 'over', value: true }])
  expect(
    await call('PATCH', `${flags}/over`, { type: 'string', value: 'a', defaultValue: 'b' }, '*'),
  ).toMatchObject({
    status: 409,
    body: { code: 'FLAG_IN_USE' },
  })
  expect((await call('DELETE', `${url}/over`)).status).toBe(204)
  expect((await call('DELETE', `${url}/over`)).status).toBe(404)
  const stranger = '00000000-0000-4000-8000-00000000000f'
  expect(
    (await call('PUT', `/api/admin/users/${stranger}/flag-overrides/over`, { enabled: true })).status,
  ).toBe(404)
  expect((await call('PUT', `${url}/none`, { enabled: true })).status).toBe(404)
})

it('an environment has at most 10,000 overrides; expired ones make room', async () => {
  await test.database.pool.query(`
    insert into users (email, hashed_password) select n || '@example.org', '' from generate_series(1, 100) n;
    insert into feature_flags (environment, name) select 'full', 'f' || n from generate_series(1, 101) n;
    insert into feature_flag_overrides (environment, flag_name, user_id, enabled)
    select 'full', name, u.id, true from feature_flags, users u
    where environment = 'full' and name <> 'f101' and email ~ '^[0-9]' limit ${maxOverrides}`)
  const url = `/api/admin/users/${test.users.user.id}/flag-overrides/f101?environment=full`
  const put = () => call('PUT', url, { enabled: true })
  expect(await put()).toMatchObject({ status: 409, body: { code: 'FLAG_LIMIT_REACHED' } })
  await test.database.pool.query(
    `update feature_flag_overrides set expires_at = now() - interval '1 s' where flag_name = 'f1'`,
  )
  expect((await put()).status).toBe(200)
})

it('segments are named by rules, and stay while they are', async () => {
  const url = '/api/admin/feature-flag-segments/pilots'
  const made = await call('PUT', url, { included: ['p1'], description: 'Who tries first' })
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'pilots', included: ['p1'], excluded: [], when: null },
  })
  const targetingRules = [{ id: 'pilots-first', when: { segment: 'pilots' }, serve: { variant: 'on' } }]
  await make('segmented', { enabled: true, rolloutPercentage: 0, targetingRules })
  expect([await on('segmented', 'p1'), await on('segmented', 'p2')]).toEqual([true, false])
  expect((await call('PUT', url, { included: ['p2'] })).status).toBe(428)
  expect((await call('PUT', url, { included: ['p2'] }, '"1"')).status).toBe(412)
  expect((await call('PUT', url, { included: ['p2'] }, made.etag)).status).toBe(200)
  expect([await on('segmented', 'p1'), await on('segmented', 'p2')]).toEqual([false, true])
  expect(await call('PUT', url, { when: { segment: 'pilots' } }, '*')).toMatchObject({
    status: 400,
    body: { field: 'when' },
  })
  expect(await call('DELETE', url)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('segmented') },
  })
  await call('PATCH', `${flags}/segmented`, { targetingRules: [] }, '*')
  expect((await call('DELETE', url)).status).toBe(204)
  expect((await call('GET', '/api/admin/feature-flag-segments')).body.items).toEqual([])
})

it('evaluates for a context, and says by which rule and why', async () => {
  const rule = {
    id: 'editors',
    description: 'All editors',
    when: { attribute: 'role', operator: 'equals', value: 'editor' },
    serve: { variant: 'on' },
  }
  await make('why', { enabled: true, rolloutPercentage: 0, targetingRules: [rule] })
  const evaluate = async (context: object) => (await call('POST', `${flags}/why/evaluate`, { context })).body
  expect(await evaluate({ targetingKey: 'u', role: 'editor' })).toMatchObject({
    ...{ flag: 'why', value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    rule: { id: 'editors', description: 'All editors' },
    why: 'Rule editors holds',
  })
  expect(await evaluate({ targetingKey: 'u' })).toMatchObject({
    value: false,
    variant: 'off',
    rule: null,
    why: expect.stringContaining('rollout of 0 %'),
  })
  await call('POST', `${flags}/why/kill`)
  expect((await evaluate({ role: 'editor' })).why).toBe('The flag is killed: off to all')
})

it('a change may wait until every gateway serves it', async () => {
  const waited = await call('POST', `${flags}?wait=acknowledged`, { name: 'waited', enabled: true })
  expect(waited.status).toBe(201)
  expect(test.flags.evaluate('waited', false)).toMatchObject({ value: true })
  expect(await call('POST', `${flags}?wait=acknowledged&environment=staging`, { name: 'far' })).toMatchObject(
    { status: 400, body: { field: 'wait' } },
  )
  expect((await make('far?environment=staging')).status).toBe(400)
  expect((await call('POST', `${flags}?environment=staging`, { name: 'far' })).body).toMatchObject({
    environment: 'staging',
  })
})
