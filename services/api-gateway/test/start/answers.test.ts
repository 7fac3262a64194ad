import { type ChatServer, startChatServer, startEmbeddingsServer, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEventReader } from '../http/support/event-reader.js'
import { signIn } from './gateway-client.js'
import { type GatewayProcess, startGateway } from './gateway-process.js'

const question = 'How is hypoglycaemia treated?'

let model: ChatServer
let gateway: GatewayProcess
let token: string
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  const [embeddings, database] = [
    await startEmbeddingsServer(),
    await tempDatabase({ kind: 'pglite', migrated: false }),
  ]
  model = await startChatServer()
  closers.push(
    () => embeddings.close(),
    () => model.close(),
    () => database.close(),
  )
  gateway = await startGateway({
    ...database.environment,
    ...embeddings.environment,
    ...model.environment,
    LLM_DEADLINE_SECONDS: '600',
  })
  const login = await fetch(`${gateway.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(gateway.administrator),
  })
  token = ((await login.json()) as { accessToken: string }).accessToken
})
afterAll(async () => {
  gateway?.child.kill('SIGKILL')
  for (const close of closers) await close()
})

test('a gateway with LLM_URL answers by the model, and one that ends gives way to quotations in time', async () => {
  expect(gateway.output.stdout).toMatch(/Answers +test-model/)
  const client = await signIn(gateway, gateway.administrator!)
  const session = await client.call<{ id: string }>('POST', '/api/sessions', {})
  const path = `/api/sessions/${session.body.id}/messages`
  model.replies.push(call => {
    call.say('With glucose [1]')
    call.say(', as they say [99].')
    call.finish()
  })
  const { body } = await client.call<{ answer: { content: string; model: string; citations: unknown[] } }>(
    'POST',
    path,
    { content: question },
  )
  expect(body.answer).toMatchObject({ content: 'With glucose [1], as they say.', model: 'test-model' })
  expect(body.answer.citations).toHaveLength(1)
  expect(model.calls[0]!.authorization).toBe('Bearer sk-test')

  model.replies.push(call => call.say('With sugar [1]. '))
  const called = model.nextCall()
  const events = await openEventReader(gateway.url + path, token, { content: question })
  const call = await called
  expect((await events.next())!.event).toBe('message')
  expect((await events.next())!.event).toBe('delta')
  const ended = gateway.end('SIGTERM')
  expect(await events.next()).toEqual({ event: 'reset', data: { reason: 'shutting_down' } })
  expect(await events.next()).toMatchObject({ event: 'answer', data: { model: 'extractive' } })
  expect((await events.next())!.event).toBe('timing')
  expect((await events.next())!.event).toBe('done')
  await call.disconnected
  expect(await ended).toBe(0)
  expect(gateway.output.stdout + gateway.output.stderr).not.toMatch(/glucose|sk-test|hypoglycaemia/)
})
