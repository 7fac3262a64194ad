import { gate } from '@voiceassist/testkit'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { overload } from '#src/plugins/overload'

const most = 256

test('turns away what more than 256 requests would wait behind, but not who asks how it is', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(overload)
  const open = gate()
  app.get('/slow', async () => {
    await open.opened
    return 'done'
  })
  app.get('/fails', async () => {
    throw new Error('as it may')
  })
  app.get('/health/live', async () => 'well')
  for (let at = 0; at < 10; at++) await app.inject('/fails')
  const slow = Array.from({ length: most }, () => app.inject('/slow'))
  await new Promise(resolve => setImmediate(resolve))
  expect((await app.inject('/slow')).json()).toMatchObject({ statusCode: 503, code: 'OVERLOADED' })
  expect((await app.inject('/health/live')).body).toBe('well')
  open.open()
  expect(new Set((await Promise.all(slow)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  expect((await app.inject('/slow')).statusCode).toBe(200)
})
