import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

/** Mean delay of the event loop over the last second beyond which requests are turned away. */
const maxEventLoopDelayMs = 2000
const maxHeapShare = 0.95

/** Turns requests away while the process cannot keep up; what says how it is goes on answering. */
export const overload = fastifyPlugin(async app => {
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * maxHeapShare,
    async pressureHandler(request) {
      if (/^\/(?:health\/|metrics)/.test(request.routeOptions.url ?? '')) return
      throw new GatewayError('OVERLOADED', 'The gateway is too busy to take the request')
    },
  })
})
