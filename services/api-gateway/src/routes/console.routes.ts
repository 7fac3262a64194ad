import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { GatewayError } from '../errors.js'
import type { RoutePlugin } from './route-plugin.js'

const config = { access: 'public' } as const
const schema = { hide: true } as const

/** Everything comes from the gateway itself; no script or style stands within a page. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';')

/** Their names change with their contents. */
const assetCache = 'public, max-age=31536000, immutable'

const page = 'index.html'
/** Without hidden files and ways up. */
const plainPath = /^(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*$/

/** Where the console is built to. */
const builtConsole = join(
  dirname(fileURLToPath(import.meta.resolve('@voiceassist/console/package.json'))),
  'dist',
)

export interface ConsoleRoutesOptions {
  /** @default that of the package of the console */
  readonly folder?: string
}

/** The console's page and what it is made of. */
export const consoleRoutes: RoutePlugin<ConsoleRoutesOptions> = async (app, { folder = builtConsole }) => {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    index: false,
    cacheControl: false,
  })

  app.get('/', { config, schema }, async (_request, reply) => reply.redirect('/console/'))
  app.get('/console', { config, schema }, async (_request, reply) => reply.redirect('/console/'))

  app.get<{ Params: { '*': string } }>('/console/*', { config, schema }, async (request, reply) => {
    const path = request.params['*']
    if (!existsSync(join(folder, page)))
      throw new GatewayError('CONSOLE_NOT_BUILT', 'The console is not built: npm run build -w apps/console')
    // What has no dot is a place within the page, which finds it itself.
    const file = path.includes('.') ? path : page
    if (!plainPath.test(file) || !existsSync(join(folder, file)))
      throw new GatewayError('NOT_FOUND', 'The console has no such file')
    reply
      .header('content-security-policy', pagePolicy)
      .header('cache-control', file.startsWith('assets/') ? assetCache : 'no-cache')
    return reply.sendFile(file)
  })
}
