import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

/** Mean delay of the event loop over the last second beyond which requests are turned away. */
const maxEventLoopDelayMs = 2000
const maxHeapShare = 0.95
/** Requests that wait for their answers: with more, all would wait until their callers have given up. */
const maxUnderWay = 256

declare module 'fastify' {
  interface FastifyRequest {
    isUnderWay: boolean
  }
}

/** Turns requests away while the process cannot keep up; what says how it is goes on answering. */
export const overload = fastifyPlugin(async app => {
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * maxHeapShare,
    async pressureHandler(request) {
      if (!saysHowItIs(request)) throw overloaded()
    },
  })
  let underWay = 0
  const leave = (request: FastifyRequest) => {
    if (!request.isUnderWay) return
    request.isUnderWay = false
    underWay--
  }
  app.decorateRequest('isUnderWay', false)
  app.addHook('onRequest', (request, reply, done) => {
    if (saysHowItIs(request)) return done()
    if (underWay >= maxUnderWay) return done(overloaded())
    request.isUnderWay = true
    underWay++
    reply.raw.once('close', () => leave(request))
    done()
  })
  // A stream that has begun waits for nothing here.
  app.addHook('onSend', (request, _reply, payload, done) => {
    leave(request)
    done(null, payload)
  })
})

function saysHowItIs(request: FastifyRequest): boolean {
  return /^\/(?:health\/|metrics)/.test(request.routeOptions.url ?? '')
}

function overloaded(): GatewayError {
  return new GatewayError('OVERLOADED', 'The gateway is too busy to take the request')
}
