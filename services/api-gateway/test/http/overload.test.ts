import { AsyncLocalStorage } from 'node:async_hooks'
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

test('begins two requests in a turn of the event loop, in the order of their coming, each as itself', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  const itself = new AsyncLocalStorage<string>()
  app.addHook('onRequest', (request, _reply, done) => itself.run(request.url, done))
  await app.register(overload)
  let turn = 0
  const begun: { readonly turn: number; readonly id: string; readonly itself: string | undefined }[] = []
  app.get<{ Params: { id: string } }>('/:id', async ({ params: { id } }) => {
    begun.push({ turn, id, itself: itself.getStore() })
  })
  await app.ready()
  let running = true
  const count = () => {
    turn++
    if (running) setImmediate(count)
  }
  count()
  const ids = Array.from({ length: 20 }, (_, at) => String(at))
  await Promise.all(ids.map(id => app.inject(`/${id}`)))
  running = false
  expect(begun.map(({ id }) => id)).toEqual(ids)
  expect(begun.map(({ itself }) => itself)).toEqual(ids.map(id => `/${id}`))
  const inTurn = begun.map(({ turn }) => begun.filter(other => other.turn === turn).length)
  expect(Math.max(...inTurn)).toBe(2)
})

test('begins nothing for a caller that has gone before its turn', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url === '/gone') process.nextTick(() => reply.raw.destroy())
    done()
  })
  await app.register(overload)
  const begun: string[] = []
  app.get('/:id', async ({ url }) => {
    begun.push(url)
  })
  const asked = ['/1', '/2', '/gone', '/3', '/4'].map(url => app.inject(url).catch(() => undefined))
  await Promise.all(asked)
  expect(begun).toEqual(['/1', '/2', '/3', '/4'])
  expect((await app.inject('/5')).statusCode).toBe(200)
})
