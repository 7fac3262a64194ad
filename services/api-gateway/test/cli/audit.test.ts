import { describeDatabases } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asOwner } from '#src/db/gateway-role'
import { type Environment, startGateway, voiceassist } from '../start/gateway-process.js'
import { type GatewayStage, openStage } from '../start/gateway-stage.js'

const timeout = 240_000
const key = 'a key of the tests for the audit chain'
const head = /^va-audit-head-1\.\d+\.[0-9a-f]{64}\.[^ ]+\.[0-9a-f]{64}$/

describeDatabases('audit commands', kind => {
  let stage: GatewayStage
  let environment: Environment
  beforeAll(async () => {
    stage = await openStage(kind)
    environment = stage.environment
  })
  afterAll(() => stage?.close())
  const run = (args: readonly string[], more: Environment = {}, input = '') =>
    voiceassist(args, { ...environment, ...more }, input)

  test('need the key of the gateway, and make none', { timeout }, async () => {
    for (const command of ['verify', 'head']) {
      const { code, stderr } = await run(['audit', command])
      expect(code).toBe(1)
      expect(stderr).toMatch(/key of the audit rows is not known here.*AUDIT_HMAC_KEY/)
    }
    expect(await run(['audit', 'verify'], { AUDIT_HMAC_KEY: 'short' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/AUDIT_HMAC_KEY must be at least 32 characters/),
    })
  })

  test('verify what a gateway sealed, hold a head, and go red when a row is changed', {
    timeout,
  }, async () => {
    const keyed = { AUDIT_HMAC_KEY: key }
    const created = await run(
      ['user', 'create', 'ada@example.org', '--password-stdin'],
      keyed,
      'correct horse battery',
    )
    expect(created.code).toBe(0)
    expect((await run(['audit', 'verify'], keyed)).stdout).toMatch(
      /^0 sealed rows .*\n1 rows are not sealed yet, the oldest of \d{4}-/,
    )
    const gateway = await startGateway({ ...environment, ...keyed })
    const kept = (await run(['audit', 'head'], keyed)).stdout.trim()
    expect(kept).toMatch(head)
    expect(await gateway.end('SIGTERM')).toBe(0)

    const verified = await run(['audit', 'verify', '--head', kept], keyed)
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect(verified.stdout).toMatch(/^[1-9]\d* sealed rows .*\nthe chain holds the head that was given\n/)
    expect(await run(['audit', 'verify', '--head', 'nonsense'], keyed)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The head is not one that was signed with this key'),
    })
    const otherKey = { AUDIT_HMAC_KEY: `${key}!` }
    expect(await run(['audit', 'head'], otherKey)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/sealed with another key/),
    })
    expect(await run(['audit', 'verify'], otherKey)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('AUDIT_HMAC_KEY may be another key'),
    })
    await expect(startGateway({ ...environment, AUDIT_HMAC_KEY: `${key}!` })).rejects.toThrow(
      /sealed with another key.*AUDIT_HMAC_KEY/,
    )

    const { db, close } = await stage.temp.open()
    await db.connection().execute(connection =>
      asOwner(connection, async () => {
        await sql`alter table audit_logs disable trigger user`.execute(connection)
        await sql`update audit_logs set endpoint = 'nowhere' where id =
          (select audit_id from audit_chain where seq = 2)`.execute(connection)
      }),
    )
    await close()
    const broken = await run(['audit', 'verify'], keyed)
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('1 sealed rows are as they were written')
    expect(broken.stderr).toMatch(/broken at seq 2 \(row [0-9a-f-]{36}\): row altered/)
  })
})
