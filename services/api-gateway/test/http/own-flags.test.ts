import { type ChatServer, saying, startChatServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedOwnFlags } from '#src/flags/seed-own-flags'
import { openTestApp, type TestApp } from './support/test-app.js'

let model: ChatServer
let test: TestApp
beforeAll(async () => {
  model = await startChatServer(saying('It does [1].'))
  const llm = { url: model.url, apiKey: undefined, model: 'model', deadlineMs: 30_000 }
  test = await openTestApp({ llm })
  await seedOwnFlags(test.database.db, 'production')
})
afterAll(async () => {
  await test?.close()
  await model?.close()
})

async function toggle(name: string): Promise<boolean> {
  const toggled = await test.call('POST', `/api/admin/feature-flags/${name}/toggle`, { as: 'admin' })
  expect(toggled.statusCode).toBe(200)
  return toggled.json().enabled
}

it('registration_open opens and closes the registration of accounts', async () => {
  const register = async (email: string) => {
    const payload = { email, password: 'correct horse battery' }
    return (await test.call('POST', '/api/auth/register', { payload })).statusCode
  }
  expect(await register('one@example.org')).toBe(403)
  expect(await toggle('registration_open')).toBe(true)
  expect(await register('one@example.org')).toBe(202)
  expect(await toggle('registration_open')).toBe(false)
  expect(await register('two@example.org')).toBe(403)
})

it('rbac_enforcement widens nothing: off, what is refused is refused and logged', async () => {
  const logged = async () => {
    test.log.length = 0
    expect((await test.call('GET', '/api/admin/users', { as: 'user' })).statusCode).toBe(403)
    return test.log.map(line => JSON.parse(line)).filter(({ msg }) => msg.startsWith('rbac_enforcement'))
  }
  expect(await logged()).toEqual([])
  expect(await toggle('rbac_enforcement')).toBe(false)
  expect(await logged()).toEqual([
    expect.objectContaining({ level: 40, route: '/api/admin/users', method: 'GET', role: 'user' }),
  ])
  expect(await toggle('rbac_enforcement')).toBe(true)
  expect(await logged()).toEqual([])
})

it('llm_answers off: no model is asked, answers are quotations', async () => {
  const session = await test.call('POST', '/api/sessions', { as: 'user', payload: {} })
  const ask = async () => {
    const payload = { content: 'How is gout treated?' }
    const url = `/api/sessions/${session.json().id}/messages`
    return (await test.call('POST', url, { as: 'user', payload })).json().answer.model
  }
  const written = await ask()
  expect(written).toBe('model')
  expect(await toggle('llm_answers')).toBe(false)
  expect(await ask()).toMatch(/^extractive/)
  expect(model.calls).toHaveLength(1)
  expect(await toggle('llm_answers')).toBe(true)
  expect(await ask()).toBe('model')
})
