import { PassThrough } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { logFault } from '../plugins/error-handler.js'
import { gatewayErrorOf, problemOf } from '../plugins/problem-of-error.js'

export type Emit = (event: string, data: unknown) => void

/** Whether the caller asked for server-sent events. */
export function wantsEvents(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '').split(',')
  return accepted.some(item => /^text\/event-stream\s*(?:;|$)/i.test(item.trim()))
}

/**
 * Answers by server-sent events. The stream begins with the first event: an error before it is an answer of its own
 * status; one behind it is an event `error` with the problem. The last event of a success is `done`.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (emit: Emit) => Promise<void>,
): Promise<FastifyReply> {
  const stream = new PassThrough()
  stream.on('error', () => {}) // the caller has gone; the work goes on
  let started = false
  const emit: Emit = (event, data) => {
    if (!started) {
      started = true
      reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    }
    if (!stream.destroyed) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  try {
    await work(emit)
    emit('done', {})
  } catch (error) {
    if (!started) throw error
    const known = gatewayErrorOf(error)
    logFault(request.log, known)
    emit('error', problemOf(known, request.id))
  }
  stream.end()
  return reply
}

/** Aborted when the caller goes before the answer is sent. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}
