import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { documentUpload, problem } from '@voiceassist/api-contract'
import type { FastifySchema } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { RouteAccess } from './route-access.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads a multipart upload by itself: Fastify sees no body to validate. */
    upload?: true
  }
}

const accessNotes: Record<RouteAccess, string> = {
  public: '',
  user: 'Needs a token.',
  viewer: 'Needs a token of a viewer or an administrator.',
  admin: 'Needs a token of an administrator.',
  console: 'For the page at /console: needs its header x-voiceassist-console: 1.',
  ticket: 'Needs the ticket that its URL was given with.',
  metrics: 'Needs METRICS_TOKEN; without one configured, the caller must be on this machine.',
}

const pagePolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'frame-ancestors': "'none'",
}

/** OpenAPI 3.1 of all routes that do not hide, at /openapi.json, and a page to read it at /docs. */
export const openapi = fastifyPlugin<{ readonly version: string }>(async (app, { version }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'VoiceAssist',
        version,
        description:
          'Log in at /api/auth/login and send the access token as `Authorization: Bearer …`. Lists answer a page and ' +
          'the cursor of the next one. What is not a success is a problem (RFC 9457) with a stable `code`.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: ({ schema, url, route }) => {
      const { access = 'public', upload } = route.config ?? {}
      return { url, schema: described(schema ?? {}, access, upload === true) as FastifySchema }
    },
  })
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () =>
    app.swagger(),
  )
  await app.register(async scope => {
    scope.decorate('libraryRouteAccess', 'public')
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: pagePolicy,
      theme: { title: 'VoiceAssist API' },
      uiConfig: {
        layout: 'BaseLayout',
        docExpansion: 'list',
        deepLinking: true,
        persistAuthorization: false,
        validatorUrl: null,
      },
    })
  })
})

function described(schema: FastifySchema, access: RouteAccess, upload: boolean): Record<string, unknown> {
  const {
    description = '',
    response = {},
    ...rest
  } = schema as Record<string, unknown> & { description?: string }
  return {
    ...rest,
    description: `${description} ${accessNotes[access]}`.trim(),
    security: access === 'public' || access === 'console' ? [] : [{ token: [] }],
    ...(upload ? { consumes: ['multipart/form-data'], body: documentUpload } : {}),
    response: {
      ...(response as object),
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  }
}
