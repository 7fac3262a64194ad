import { connect, type Server, type Socket } from 'node:net'
import { gate } from '@voiceassist/testkit'
import { expect, it } from 'vitest'
import { passage } from './support/fake-services.js'
import { openTestApp } from './support/test-app.js'

/** A connection that stays open, on which requests are written by hand. */
function openConnection(
  port: number,
): Promise<{ socket: Socket; received(): string; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise<void>(end => socket.once('close', () => end()))
    socket.setEncoding('utf8').on('data', chunk => {
      text += chunk
    })
    socket.once('error', reject).once('connect', () => resolve({ socket, received: () => text, closed }))
  })
}

it('lets requests end while the server closes, and refuses new ones on open connections', async () => {
  const test = await openTestApp()
  const searching = gate()
  let asked = 0
  test.search.next = async () => {
    asked += 1
    await searching.opened
    return [passage]
  }
  const port = Number(new URL(await test.app.listen({ host: '127.0.0.1', port: 0 })).port)
  const underWay = await openConnection(port)
  const late = await openConnection(port)
  const body = '{"query":"fever"}'
  const head = `Host: x\r\nAuthorization: Bearer ${test.users.user.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  underWay.socket.write(`POST /api/search HTTP/1.1\r\n${head}\r\n\r\n${body}`)
  late.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n') // goes on below
  await expect.poll(() => asked).toBe(1)

  const closing = test.app.close()
  late.socket.write('\r\n')
  await late.closed
  expect(late.received()).toMatch(/^HTTP\/1\.1 503 /)
  expect(late.received()).toMatch(/connection: close/i)
  expect(late.received()).toContain('"code":"SHUTTING_DOWN"')
  expect(underWay.received()).toBe('')
  searching.open()
  await underWay.closed
  expect(underWay.received()).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(underWay.received()).toMatch(/connection: close/i)
  expect(underWay.received()).toContain(passage.text)
  await closing
  const lines = test.log.map(text => JSON.parse(text))
  expect(lines.filter(({ level }) => level >= 40)).toEqual([
    expect.objectContaining({ level: 40, code: 'SHUTTING_DOWN', requestId: expect.any(String) }),
  ])
  expect(test.log.join()).not.toMatch(/"at":|drain\.js/)
  await test.close()
})

it('does not wait for a connection on which nothing was asked', async () => {
  const test = await openTestApp()
  const port = Number(new URL(await test.app.listen({ host: '127.0.0.1', port: 0 })).port)
  const silent = await openConnection(port)
  await expect.poll(() => openConnections(test.app.server)).toBe(1)
  await Promise.all([test.app.close(), silent.closed])
  await test.close()
})

function openConnections(server: Server): Promise<number> {
  return new Promise(resolve => server.getConnections((_error, count) => resolve(count)))
}
