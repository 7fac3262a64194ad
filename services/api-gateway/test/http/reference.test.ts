import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegisteredRoute } from '#src/plugins/route-table'
import { openTestApp, type TestApp } from './support/test-app.js'

interface Operation {
  readonly summary?: string
  readonly security?: unknown[]
  readonly requestBody?: { content: Record<string, unknown> }
  readonly responses: Record<string, { content?: Record<string, unknown> }>
}

const hidden = /^\/(?:docs|openapi\.json)|^\/$|^\/console(?:\/|$)/

describe('the API reference', () => {
  let test: TestApp
  let paths: Record<string, Record<string, Operation>>

  beforeAll(async () => {
    test = await openTestApp()
    paths = (await test.call('GET', '/openapi.json')).json().paths
  })
  afterAll(() => test.close())

  it('is OpenAPI 3.1 of this version', async () => {
    const document = (await test.call('GET', '/openapi.json')).json()
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'VoiceAssist', version: '1.2.3' } })
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  it('has every route, with a summary, its security and its problems', () => {
    const table: readonly RegisteredRoute[] = test.app.routeTable
    const routes = table.filter(({ method, url }) => method !== 'HEAD' && !hidden.test(url))
    expect(routes.length).toBeGreaterThan(15)
    for (const { method, url, access } of routes) {
      const name = `${method} ${url}`
      const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      expect(operation, name).toBeDefined()
      expect(operation!.summary, name).toBeTruthy()
      expect(operation!.security, name).toHaveLength(access === 'public' || access === 'console' ? 0 : 1)
      expect(operation!.responses.default?.content, name).toHaveProperty(['application/problem+json'])
    }
    const documented = Object.values(paths).flatMap(methods => Object.keys(methods))
    expect(documented).toHaveLength(routes.length)
  })

  it('shows what an upload takes', () => {
    expect(paths['/api/admin/kb/documents']!.post!.requestBody!.content).toMatchObject({
      'multipart/form-data': {
        schema: {
          required: ['file'],
          properties: { title: {}, sourceType: {}, metadata: {}, file: { format: 'binary' } },
        },
      },
    })
  })

  it.each(['/docs', '/docs/'])('is a page at %s that needs nothing from elsewhere', async url => {
    const page = await test.call('GET', url)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/)
    expect(policy).not.toMatch(/https?:|unsafe-eval/)
    expect(page.body).not.toMatch(/<script(?![^>]*src=)[^>]*>/) // none inline: the policy would stop it
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      match => new URL(match[1]!, `http://docs${url}`),
    )
    expect(assets.length).toBeGreaterThan(4)
    for (const { host, pathname } of assets) {
      expect(host).toBe('docs')
      const asset = await test.call('GET', pathname)
      expect(asset.statusCode, pathname).toBe(200)
      if (pathname.endsWith('initializer.js')) expect(asset.body).toContain('"validatorUrl":null')
    }
  })
})
