import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { GatewayError } from '../errors.js'
import { problemOf } from './problem-of-error.js'
import { maxHeaderBytes } from './request-bounds.js'

const errors = {
  HPE_HEADER_OVERFLOW: new GatewayError(
    'HEADERS_TOO_LARGE',
    `The request line and the headers have more than ${maxHeaderBytes} bytes`,
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new GatewayError('REQUEST_TIMEOUT', 'The request did not arrive whole in time'),
} as const

const malformed = new GatewayError('MALFORMED_REQUEST', 'The request is not HTTP')

const reasons: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/** Answers what Node could not read as a request; there is no route then and no reply. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(errors[error.code as keyof typeof errors] ?? malformed, randomUUID())
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${reasons[problem.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
