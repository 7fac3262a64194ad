import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { errorHandler } from '#src/plugins/error-handler'
import { rateLimit } from '#src/plugins/rate-limit'
import { routeTable } from '#src/plugins/route-table'
import { securityHeaders } from '#src/plugins/security-headers'
import { consoleRoutes } from '#src/routes/console.routes'

const folder = mkdtempSync(join(tmpdir(), 'voiceassist-console-'))
const app: FastifyInstance = fastify()

beforeAll(async () => {
  await app.register(routeTable)
  await app.register(securityHeaders)
  await app.register(rateLimit, { requestsPerMinute: 1e6 })
  await app.register(errorHandler)
  await app.register(consoleRoutes, { folder: join(folder, 'dist') })
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true })
})

const get = (url: string) => app.inject({ url })

it('says what builds it while it is not built', async () => {
  const answer = await get('/console/')
  expect(answer.json()).toMatchObject({ status: 404, code: 'CONSOLE_NOT_BUILT' })
  expect(answer.json().detail).toContain('npm run build -w apps/console')
})

it('serves the page wherever it may be within itself, its files, and nothing else', async () => {
  mkdirSync(join(folder, 'dist/assets'), { recursive: true })
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html>the page')
  writeFileSync(join(folder, 'dist/icon.svg'), '<svg/>')
  writeFileSync(join(folder, 'dist/assets/index-B4x_-9.js'), 'the script')
  writeFileSync(join(folder, 'dist/.env'), 'secret')
  writeFileSync(join(folder, 'secret.txt'), 'secret')

  for (const url of ['/', '/console']) {
    const { statusCode, headers } = await get(url)
    expect([statusCode, headers.location]).toEqual([302, '/console/'])
  }
  for (const url of ['/console/', '/console/queries', '/console/queries/a-b?route=GET%20%2Fapi.x']) {
    const answer = await get(url)
    expect([answer.statusCode, answer.body]).toEqual([200, '<!doctype html>the page'])
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
        "font-src 'self';form-action 'none';base-uri 'none';frame-ancestors 'none'",
    })
  }
  const script = await get('/console/assets/index-B4x_-9.js')
  expect([script.body, script.headers['content-type'], script.headers['cache-control']]).toEqual([
    'the script',
    'application/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ])
  expect((await get('/console/icon.svg')).headers['cache-control']).toBe('no-cache')
  const again = await app.inject({
    url: '/console/',
    headers: { 'if-none-match': String((await get('/console/')).headers.etag) },
  })
  expect(again.statusCode).toBe(304)

  for (const path of [
    '.env',
    'assets/gone.js',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    'a%00.js',
    'assets//x.js',
  ]) {
    const answer = await get(`/console/${path}`)
    expect([answer.statusCode, answer.headers['cache-control']], path).toEqual([404, 'no-store'])
    expect(answer.json().code, path).toBe('NOT_FOUND')
  }
  expect((await app.inject({ method: 'POST', url: '/console/' })).json()).toMatchObject({
    code: 'METHOD_NOT_ALLOWED',
  })
})
