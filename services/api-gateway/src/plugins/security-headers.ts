import helmet from '@fastify/helmet'
import fastifyPlugin from 'fastify-plugin'

/** Answers hold health information: no cache keeps them, no page embeds or sniffs them. */
export const securityHeaders = fastifyPlugin(async app => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  })
})
