import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

/** Bytes of the request line and all headers; beyond it Node answers 431 by itself. */
export const maxHeaderBytes = 16_384
/** Bytes of a body, except where a route says otherwise. */
export const maxBodyBytes = 1_048_576
/** How long a request may take to arrive whole. */
export const requestTimeoutMs = 120_000
/** Characters of one part of a path: the longest name that a route takes. */
export const maxPathPartLength = 255

const maxUrlLength = 8192

export const requestBounds = fastifyPlugin(async app => {
  app.addHook('onRequest', ({ url }, _reply, done) => {
    const isTooLong = url.length > maxUrlLength
    done(
      isTooLong
        ? new GatewayError('URI_TOO_LONG', `The URL has more than ${maxUrlLength} characters`)
        : undefined,
    )
  })
})
