import fastifyPlugin from 'fastify-plugin'

/** JSON bodies only (and multipart where a route takes it). An empty one is none, and a schema says if that is right. */
export const jsonBody = fastifyPlugin(async app => {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body, done)
  })
})
