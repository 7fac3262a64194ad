import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON bodies only (and multipart where a route takes it). An empty one is none, and a schema says if that is right. */
export const jsonBody = fastifyPlugin(async app => {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined)
    let text: string
    try {
      text = utf8.decode(body)
    } catch (cause) {
      return done(new GatewayError('MALFORMED_REQUEST', 'The body is not valid UTF-8', { cause }))
    }
    return parse(request, text, done)
  })
})
