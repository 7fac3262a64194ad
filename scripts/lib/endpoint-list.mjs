import { buildApp } from '@voiceassist/api-gateway/app'
import { systemClock } from '@voiceassist/kernel'
import { pino } from 'pino'

// Named for what they add to the type of an app.
/** @typedef {import('@voiceassist/api-gateway/plugins/route-table').RegisteredRoute} RegisteredRoute */
/** @typedef {import('@fastify/swagger').SwaggerOptions} SwaggerOptions */

/**
 * @typedef {{ method: string, path: string, access: string, summary: string }} Endpoint
 */

/**
 * The endpoints of the gateway's OpenAPI document, with who may call each. The app is built and asked to describe itself; it
 * serves nothing, so its services are never called.
 * @returns {Promise<Endpoint[]>}
 */
export async function endpoints() {
  const unused = /** @type {never} */ ({})
  const app = await buildApp({
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    database: unused,
    services: {
      auth: unused,
      sessions: unused,
      messages: unused,
      search: unused,
      documents: unused,
      audit: unused,
      cache: unused,
      performance: unused,
      flagAdmin: unused,
      reads: unused,
      answerTally: unused,
    },
    flags: unused,
    healthChecks: [],
    maxDocumentBytes: 1,
    version: '0',
  })
  try {
    const access = new Map(
      app.routeTable.map(route => [`${route.method} ${route.url.replace(/:(\w+)/g, '{$1}')}`, route.access]),
    )
    return Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.entries(operations ?? {}).map(([name, operation]) => {
        const method = name.toUpperCase()
        return {
          method,
          path,
          access: access.get(`${method} ${path}`) ?? '',
          summary: operation.summary ?? '',
        }
      }),
    )
  } finally {
    await app.close()
  }
}
