import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../http/support/test-app.js'

describeDatabases('details that the gateway would not write', kind => {
  let test: TestApp
  beforeAll(async () => {
    test = await openTestApp({ kind })
  })
  afterAll(() => test?.close())

  it.each([
    ['{"a": 1e400, "b": {"c": [1]}, "d": [1], "e": 1.0}', { a: 'Infinity', b: '{"c":[1]}', d: '[1]', e: 1 }],
    ['null', { value: null }],
    ['[1, 2]', { value: '[1,2]' }],
    ['"text"', { value: 'text' }],
  ])('%s is read', async (json, details) => {
    await test.database.pool.query(
      `insert into audit_logs (action, success, request_id, additional_data) values ('session.read', true, md5($1), $1::jsonb)`,
      [json],
    )
    const { rows } = await test.database.pool.query('select md5($1) as id', [json])
    const answer = await test.call('GET', `/api/admin/audit-logs?requestId=${rows[0].id}`, { as: 'admin' })
    expect(answer.statusCode).toBe(200)
    expect(answer.json<{ items: unknown[] }>().items).toMatchObject([{ details }])
  })
})
