import { afterAll, beforeAll, expect, it } from 'vitest'
import { maxOverrides } from '#src/services/flags/flag-overrides.service'
import { openTestApp, type TestApp } from './support/test-app.js'

const flags = '/api/admin/feature-flags'
let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
})
afterAll(() => test?.close())

interface Answer {
  readonly status: number
  readonly body: { readonly [field: string]: unknown; readonly revision: number }
  readonly etag: string
}

async function call(method: string, url: string, payload?: object, ifMatch?: string): Promise<Answer> {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
  const answer = await test.call(method, url, { as: 'admin', headers, ...(payload ? { payload } : {}) })
  const body = answer.body === '' ? undefined : answer.json()
  return { status: answer.statusCode, body, etag: String(answer.headers.etag) }
}
const make = (name: string, more: object = {}) => call('POST', flags, { name, ...more })
const toggle = (name: string) => call('POST', `${flags}/${name}/toggle`)
/** Newest first. */
const history = async (name: string) =>
  (await call('GET', `${flags}/${name}/history`)).body.items as {
    action: string
    details: object
    userId: string
  }[]
const on = (name: string, targetingKey = 'u') => test.flags.isEnabled(name, { targetingKey })

it('a name alone makes a boolean flag that is off until it is toggled', async () => {
  const made = await make('x')
  expect(made).toMatchObject({
    status: 201,
    etag: `"${made.body.revision}"`,
    body: {
      ...{
        name: 'x',
        type: 'boolean',
        enabled: false,
        killed: false,
        archived: false,
        value: true,
        defaultValue: false,
      },
      ...{
        variants: [],
        targetingRules: [],
        rolloutPercentage: null,
        environment: 'production',
        owner: null,
      },
    },
  })
  expect(await on('x')).toBe(false)
  expect((await toggle('x')).body).toMatchObject({ enabled: true })
  expect(await on('x')).toBe(true)
  const again = await make('x')
  expect(again).toMatchObject({ status: 409, body: { code: 'FLAG_EXISTS', field: 'name' } })
  expect((await call('GET', `${flags}/none`)).status).toBe(404)
  expect((await call('GET', `${flags}/x?environment=staging`)).status).toBe(404)
})

it('a patch needs the ETag of what it changes', async () => {
  const { etag } = await make('patched')
  const url = `${flags}/patched`
  expect(await call('PATCH', url, { owner: 'me' })).toMatchObject({
    status: 428,
    body: { code: 'PRECONDITION_REQUIRED', field: 'If-Match' },
  })
  const changed = await call('PATCH', url, { owner: 'me', rolloutPercentage: 12.34 }, etag)
  expect(changed).toMatchObject({ status: 200, body: { owner: 'me', rolloutPercentage: 12.34 } })
  expect(changed.etag).not.toBe(etag)
  expect(await call('GET', url)).toMatchObject({ etag: changed.etag, body: changed.body })
  const late = await call('PATCH', url, { owner: 'you' }, etag)
  expect(late).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } })
  expect(late.body.detail).toContain(`revision ${changed.body.revision}`)
  expect((await call('PATCH', url, { owner: 'you' }, `W/${changed.etag}`)).status).toBe(412)
  expect((await call('PATCH', url, { owner: 'you' }, 'nonsense')).body).toMatchObject({ field: 'If-Match' })
  expect((await call('PATCH', url, { owner: 'you' }, '*')).body).toMatchObject({ owner: 'you' })
  expect((await call('POST', `${url}/toggle`, undefined, etag)).status).toBe(412)
})

it('what is not well formed is refused by its field, and stored nowhere', async () => {
  const { etag } = await make('strict')
  const refused = {
    'targetingRules[0].when.operator': {
      targetingRules: [{ id: 'r', when: { attribute: 'a', operator: 'no' }, serve: { variant: 'on' } }],
    },
    'targetingRules[0].when': {
      targetingRules: [{ id: 'r', when: { segment: 'nobody' }, serve: { variant: 'on' } }],
    },
    rolloutPercentage: { rolloutPercentage: 12.345 },
    value: { value: 'text' },
    'prerequisites[0].flag': { prerequisites: [{ flag: 'unknown', variants: ['on'] }] },
    description: { description: 'a\u0000b' },
    metadata: { metadata: { a: 'x\u0000' } },
    killed: { killed: true },
    revision: { revision: 7 },
  }
  for (const [field, patch] of Object.entries(refused)) {
    const { status, body } = await call('PATCH', `${flags}/strict`, patch, etag)
    expect([status, body.code], field).toEqual([400, 'VALIDATION_FAILED'])
    expect(String(body.field), field).toContain(field.split('.')[0]!.replace(/\[0\]$/, ''))
  }
  expect(
    await call(
      'PATCH',
      `${flags}/strict`,
      { type: 'json', value: { a: 'x\u0000' }, defaultValue: null },
      etag,
    ),
  ).toMatchObject({ status: 400, body: { field: 'value' } })
  expect((await call('GET', `${flags}/strict`)).etag).toBe(etag)
})

it('prerequisites lead to no circle, and to nothing archived; what others need stays', async () => {
  const base = (await make('base', { enabled: true })).etag
  const needs = (flag: string, variants = ['on']) => ({ prerequisites: [{ flag, variants }] })
  await make('upper', { enabled: true, ...needs('base') })
  expect(await call('PATCH', `${flags}/base`, needs('upper'), base)).toMatchObject({
    status: 400,
    body: { field: expect.stringContaining('prerequisites') },
  })
  expect(await call('POST', `${flags}/base/archive`)).toMatchObject({
    status: 409,
    body: { code: 'FLAG_IN_USE' },
  })
  const variants = [{ name: 'v', value: true, weight: 1 }]
  const varied = await call('PATCH', `${flags}/base`, { variants }, base)
  const upper = await call('PATCH', `${flags}/upper`, needs('base', ['v']), '*')
  expect(upper.status).toBe(200)
  expect(await call('PATCH', `${flags}/base`, { variants: [] }, varied.etag)).toMatchObject({
    status: 409,
    body: { code: 'FLAG_IN_USE', detail: expect.stringContaining('upper') },
  })
  await call('PATCH', `${flags}/upper`, { prerequisites: [] }, '*')
  expect((await call('POST', `${flags}/base/archive`)).body).toMatchObject({ archived: true })
  expect(await call('PATCH', `${flags}/upper`, needs('base'), '*')).toMatchObject({
    status: 400,
    body: { field: 'prerequisites[0].flag' },
  })
})

it('kill, revive, archive, unarchive and delete take effect at once', async () => {
  await make('life', { enabled: true })
  expect(await on('life')).toBe(true)
  expect((await call('POST', `${flags}/life/kill`)).body).toMatchObject({ killed: true, enabled: true })
  expect(await on('life')).toBe(false)
  await call('POST', `${flags}/life/revive`)
  expect(await on('life')).toBe(true)
  expect(await call('DELETE', `${flags}/life`)).toMatchObject({
    status: 409,
    body: { code: 'FLAG_NOT_ARCHIVED' },
  })
  await call('POST', `${flags}/life/archive`)
  expect(await on('life')).toBe(false)
  await call('POST', `${flags}/life/unarchive`)
  expect(await on('life')).toBe(true)
  await call('POST', `${flags}/life/archive`)
  expect((await call('DELETE', `${flags}/life`)).status).toBe(204)
  expect((await call('GET', `${flags}/life`)).status).toBe(404)
  expect(await test.flags.isEnabled('life', {}, true)).toBe(true)
  expect((await history('life')).map(({ action }) => action)).toEqual(
    ['create', 'kill', 'revive', 'archive', 'unarchive', 'archive', 'delete']
      .map(word => `flag.${word}`)
      .toReversed(),
  )
})

it('history says who changed what, from what to what', async () => {
  const { etag } = await make('told')
  await call(
    'PATCH',
    `${flags}/told`,
    { rolloutPercentage: 5, description: 'Words', metadata: { long: 'y'.repeat(900) } },
    etag,
  )
  const [patched] = await history('told')
  expect(patched).toMatchObject({
    action: 'flag.update',
    userId: test.users.admin.id,
    details: {
      environment: 'production',
      changed: 'description rolloutPercentage metadata',
      'rolloutPercentage.old': null,
      'rolloutPercentage.new': 5,
    },
  })
  expect(JSON.stringify(patched)).not.toContain('Words')
  expect(JSON.stringify(patched!.details).length).toBeLessThan(1500)
})

it('lists by name, page by page, by text, archive and staleness', async () => {
  for (const name of ['list.b', 'list.a', 'list.C'])
    await make(name, { description: `Of the LISTING ${name}` })
  await call('POST', `${flags}/list.b/archive`)
  await call('PATCH', `${flags}/list.a`, { expiresAt: '2020-01-01T00:00:00Z' }, '*')
  const names = async (query: string) => {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `${flags}?limit=1&${query}${cursor}`)
      found.push(...(body.items as { name: string }[]).map(({ name }) => name))
      if (body.nextCursor === null) return found
      cursor = `&cursor=${body.nextCursor}`
    }
  }
  expect(await names('q=listing')).toEqual(['list.C', 'list.a', 'list.b'])
  expect(await names('q=listing&archived=false')).toEqual(['list.C', 'list.a'])
  expect(await names('q=listing&stale=true')).toEqual(['list.a'])
  expect(await names('stale=false&q=list.&archived=false')).toEqual(['list.C'])
  expect((await names('archived=false')).filter(name => !name.includes('.'))).toEqual(
    expect.arrayContaining(['llm_answers', 'rbac_enforcement', 'registration_open', 'semantic_query_reuse']),
  )
})

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
  ] as const)
    expect((await call('PUT', `${url}/over`, body)).body, field).toMatchObject({
      code: 'VALIDATION_FAILED',
      field,
    })
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
  await make('full')
  const fill = (expires: string) =>
    test.database.pool.query(`
      with made as (
        insert into users (email, hashed_password) select '${expires.length}-' || n || '@example.org', '' from generate_series(1, ${maxOverrides}) n
        returning id)
      insert into feature_flag_overrides (environment, flag_name, user_id, enabled, expires_at)
      select 'production', 'full', id, true, ${expires} from made limit ${maxOverrides} - (select count(*) from feature_flag_overrides)`)
  const put = () =>
    call('PUT', `/api/admin/users/${test.users.user.id}/flag-overrides/full`, { enabled: true })
  await fill('null')
  expect(await put()).toMatchObject({ status: 409, body: { code: 'FLAG_LIMIT_REACHED' } })
  await test.database.pool.query(`update feature_flag_overrides set expires_at = now() - interval '1 s'`)
  expect((await put()).status).toBe(200)
  await test.database.pool.query('delete from feature_flag_overrides')
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
