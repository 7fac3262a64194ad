import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FlagCalls, flagCalls, flagsPath as flags } from './support/flag-calls.js'
import { openTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let { call, make, history, on } = {} as FlagCalls
beforeAll(async () => {
  test = await openTestApp()
  ;({ call, make, history, on } = flagCalls(test))
})
afterAll(() => test?.close())

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
  expect((await call('POST', `${flags}/x/toggle`)).body).toMatchObject({ enabled: true })
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

it('the reason of a change is in its audit row', async () => {
  await make('why')
  await call('POST', `${flags}/why/kill?reason=It%20ranked%20badly`)
  expect((await history('why'))[0]).toMatchObject({
    action: 'flag.kill',
    details: { reason: 'It ranked badly' },
  })
  await call('POST', `${flags}/why/archive`)
  await call('DELETE', `${flags}/why?reason=Nobody%20asks`)
  expect((await history('why'))[0]).toMatchObject({
    action: 'flag.delete',
    details: { reason: 'Nobody asks' },
  })
  expect(await call('POST', `${flags}/why/kill?reason=`)).toMatchObject({
    status: 400,
    body: { field: 'reason' },
  })
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
    expect.arrayContaining(['llm_answers', 'rbac_enforcement', 'semantic_query_reuse']),
  )
})
