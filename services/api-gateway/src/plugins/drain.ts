import type { Socket } from 'node:net'
import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

/**
 * While the server closes, requests that are under way end as they would have, and those that come in on connections
 * that are still open are refused; every answer closes its connection.
 */
export const drain = fastifyPlugin(async app => {
  let draining = false
  const connections = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('preClose', async () => {
    draining = true
    // Opened in advance, as browsers do: the server takes them for busy and would wait for their first request.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    done(draining ? new GatewayError('SHUTTING_DOWN', 'The gateway is shutting down') : undefined)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('connection', 'close')
    done(null, payload)
  })
  // A stream that had begun before promised to keep its connection, which would hold the server open until it times out.
  app.addHook('onResponse', (_request, _reply, done) => {
    if (draining) app.server.closeIdleConnections()
    done()
  })
})
