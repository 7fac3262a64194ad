import { AsyncResource } from 'node:async_hooks'
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
/** Requests that begin in one turn of the event loop. Node takes one new connection in a turn (libuv since 1.45): turns stay short. */
const startsATurn = 2

declare module 'fastify' {
  interface FastifyRequest {
    isUnderWay: boolean
  }
}

/** Goes on as itself, and not as part of the request whose turn it is. */
class WaitingRequest extends AsyncResource {
  constructor(
    readonly request: FastifyRequest,
    private readonly done: () => void,
  ) {
    super('WaitingRequest')
  }

  goOn(): void {
    this.runInAsyncScope(this.done)
  }
}

/** Turns requests away while the process cannot keep up, and begins few at once; what says how it is is answered always. */
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
  const waiting: WaitingRequest[] = []
  let started = 0
  const start = (done: () => void) => {
    if (started++ === 0) setImmediate(endTurn)
    done()
  }
  const endTurn = () => {
    started = 0
    while (started < startsATurn && waiting.length > 0) {
      const next = waiting.shift()!
      if (next.request.isUnderWay) start(() => next.goOn())
    }
  }
  app.decorateRequest('isUnderWay', false)
  app.addHook('onRequest', (request, reply, done) => {
    if (saysHowItIs(request)) return done()
    if (underWay >= maxUnderWay) return done(overloaded())
    request.isUnderWay = true
    underWay++
    reply.raw.on('close', () => leave(request))
    if (started < startsATurn && waiting.length === 0) return start(done)
    waiting.push(new WaitingRequest(request, done))
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
