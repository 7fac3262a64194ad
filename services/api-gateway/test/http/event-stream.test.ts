import { connect } from 'node:net'
import { gate } from '@voiceassist/testkit'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { goneSignal, sendEvents } from '#src/routes/event-stream'

const piece = 'x'.repeat(1000)

it('leaves out what is offered once a reader is too slow, and nothing that is emitted', async () => {
  const app = fastify()
  const slow = gate()
  let offered = 0
  app.get('/', (request, reply) =>
    sendEvents(request, reply, async (emit, offer) => {
      emit('message', {})
      // Nobody reads. What the sockets take of it is the system's choice, some megabytes; the bound is ours.
      for (; offered < 50_000; offered += 1) {
        offer('delta', { text: piece })
        if (offered % 100 === 0) await new Promise(setImmediate)
      }
      slow.open()
      emit('answer', { content: 'whole' })
    }),
  )
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await slow.opened
  let received = ''
  socket.setEncoding('utf8').on('data', text => {
    received += text
  })
  socket.resume()
  await new Promise(resolve => socket.once('close', resolve))
  const deltas = received.split('event: delta').length - 1
  expect(deltas).toBeGreaterThan(0)
  expect(deltas).toBeLessThan(offered)
  expect(received).toMatch(/event: answer\ndata: \{"content":"whole"\}/)
  expect(received).toContain('event: done')
  await app.close()
})

it('says at once that a caller has gone who had gone before', async () => {
  const app = fastify()
  const gone = gate()
  app.get('/', async (_request, reply) => {
    reply.raw.destroy()
    await new Promise(setImmediate)
    if (goneSignal(reply).aborted) gone.open()
  })
  await expect(fetch(await app.listen({ host: '127.0.0.1', port: 0 }))).rejects.toThrow()
  await gone.opened
  await app.close()
})
