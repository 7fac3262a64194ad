import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

/**
 * While the server closes, requests that are under way end as they would have, and those that come in on connections
 * that are still open are refused; every answer closes its connection.
 */
export const drain = fastifyPlugin(async app => {
  let draining = false
  app.addHook('preClose', async () => {
    draining = true
  })
  app.addHook('onRequest', async () => {
    if (draining) throw new GatewayError('SHUTTING_DOWN', 'The gateway is shutting down')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (draining) reply.header('connection', 'close')
  })
})
