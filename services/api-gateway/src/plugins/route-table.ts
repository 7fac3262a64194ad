import fastifyPlugin from 'fastify-plugin'
import type { RouteAccess } from './route-access.js'

export interface RegisteredRoute {
  readonly method: string
  /** Its template, as '/api/sessions/:id'. */
  readonly url: string
  readonly access: RouteAccess | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that was registered so far. */
    routeTable: RegisteredRoute[]
  }
}

export const routeTable = fastifyPlugin(async app => {
  const routes: RegisteredRoute[] = []
  app.decorate('routeTable', routes)
  app.addHook('onRoute', route => {
    for (const method of [route.method].flat())
      routes.push({
        method,
        url: route.url,
        // Later hooks may set it.
        get access() {
          return route.config?.access
        },
      })
  })
})

/** The methods under which a path is served. */
export function methodsOf(routes: readonly RegisteredRoute[], path: string): string[] {
  const matching = routes.filter(route => patternOf(route.url).test(path))
  return [...new Set(matching.map(route => route.method))].sort()
}

function patternOf(template: string): RegExp {
  const parts = template.split('/').map(part => {
    if (part === '*') return '.*'
    return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('/')}$`)
}
