import { PassThrough } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { logFault } from '../plugins/error-handler.js'
import { gatewayErrorOf, problemOf } from '../plugins/problem-of-error.js'

export type Emit = (event: string, data: unknown) => void

/** What may wait for a slow reader. */
const maxWaitingBytes = 64 * 1024

/** Whether the caller asked for server-sent events. */
export function wantsEvents(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '').split(',')
  return accepted.some(item => /^text\/event-stream\s*(?:;|$)/i.test(item.trim()))
}

/**
 * Answers by server-sent events. The stream begins with the first event: an error before it is an answer of its own
 * status; one behind it is an event `error` with the problem. The last event of a success is `done`. What is offered
 * instead of emitted is left out, and all that is offered after it, once more than 64 KiB wait for a slow reader.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (emit: Emit, offer: Emit) => Promise<void>,
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
  let isBehind = false
  const offer: Emit = (event, data) => {
    isBehind ||= stream.writableLength + stream.readableLength > maxWaitingBytes
    if (!isBehind) emit(event, data)
  }
  try {
    await work(emit, offer)
    emit('done', {})
  } catch (error) {
    if (!started) throw error
    const known = gatewayErrorOf(error)
    if (!reply.raw.destroyed) logFault(request.log, known) // a caller who has gone is no fault
    emit('error', problemOf(known, request.id))
  }
  stream.end()
  return reply
}

/** Aborted when the caller goes before the answer is sent. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const look = () => {
    if (!reply.raw.writableFinished) controller.abort()
  }
  if (reply.raw.destroyed) look()
  else reply.raw.once('close', look)
  return controller.signal
}
