import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IndexAuditView, ProfiledQueries, QueryAdvice } from '@voiceassist/api-contract'
import { borrowRedis, describeDatabases, hasRedis } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { signIn } from './gateway-client.js'
import { startGateway } from './gateway-process.js'
import { openStage } from './gateway-stage.js'

const timeout = 120_000

describeDatabases('a gateway as it is started', kind => {
  test(
    'advises itself while it answers, and leaves nothing behind',
    async () => {
      const stage = await openStage(kind)
      const redis = kind === 'server' && hasRedis() ? await borrowRedis() : undefined
      const leftover = join(stage.environment.DATA_DIR!, 'advice')
      mkdirSync(join(leftover, 'read'), { recursive: true })
      writeFileSync(join(leftover, 'read', 'PG_VERSION'), 'of a process that was killed')
      const gateway = await startGateway({
        ...stage.environment,
        ...(redis ? { REDIS_URL: redis.url } : {}),
      })
      try {
        const client = await signIn(gateway, gateway.administrator!)
        const path = '/api/admin/performance'
        for (let n = 0; n < 3; n++) await client.call('GET', '/api/admin/kb/documents')
        const asked = [1, 2].map(() => client.call<QueryAdvice>('GET', `${path}/advice`))
        for (let n = 0; n < 20; n++)
          expect((await client.call('POST', '/api/sessions', { title: `while ${n}` })).status).toBe(201)
        for (const { status, body } of await Promise.all(asked)) {
          expect(status, JSON.stringify(body)).toBe(200)
          if (kind === 'pglite') expect(body.whatIf).toBe('scratch')
        }
        if (kind === 'pglite') expect(existsSync(leftover)).toBe(false)
        const audit = await client.call<IndexAuditView>('GET', `${path}/indexes`)
        expect(audit.status).toBe(200)
        expect(audit.body.items.map(({ ddl }) => ddl)).toContain(
          'DROP INDEX CONCURRENTLY public.ix_audit_logs_action',
        )
        const queries = await client.call<ProfiledQueries>('GET', `${path}/queries?limit=1000`)
        const inserted = queries.body.items.find(({ sql }) => sql.startsWith('insert into "sessions"'))
        expect(inserted).toMatchObject({ calls: 20, route: 'POST /api/sessions' })
        const sealer = queries.body.items.find(({ sql }) => sql.includes('"audit_unsealed"'))
        expect(sealer?.route).toBe('')
        expect((await client.call('GET', `${path}/n-plus-one`)).body).toEqual({ items: [] })
        expect(await gateway.end('SIGTERM')).toBe(0)
        if (kind === 'pglite') expect(readdirSync(stage.environment.DATA_DIR!)).not.toContain('advice')
      } finally {
        await gateway.end('SIGKILL')
        await redis?.close()
        await stage.close()
      }
    },
    timeout,
  )
})
