import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../start/gateway-client.js'
import { type Environment, type GatewayProcess, startGateway, voiceassist } from '../start/gateway-process.js'
import { type GatewayStage, openStage } from '../start/gateway-stage.js'

const timeout = 120_000
const email = 'eve@example.org'

describeDatabases('commands that end logins, while a gateway runs', kind => {
  let stage: GatewayStage
  let environment: Environment
  let gateway: GatewayProcess
  beforeAll(async () => {
    stage = await openStage(kind)
    environment = stage.environment
    gateway = await startGateway(environment)
  }, timeout)
  afterAll(async () => {
    await gateway?.end('SIGTERM')
    await stage?.close()
  }, timeout)

  /** Through the gateway at once; beside it, on a server's database, when the gateway looks again: in a second. */
  async function isRefused(client: Awaited<ReturnType<typeof signIn>>): Promise<void> {
    const status = async () => (await client.call('GET', '/api/auth/me')).status
    if (kind === 'pglite') expect(await status()).toBe(401)
    else await expect.poll(status, { timeout: 60_000 }).toBe(401)
  }

  test('revoke, password, disable and delete', { timeout }, async () => {
    const created = ['user', 'create', email, '--password-stdin']
    expect((await voiceassist(created, environment, 'the first password')).code).toBe(0)
    let password = 'the first password'
    for (const [command, said, input] of [
      [['revoke', email], `ended the logins of ${email}\n`, ''],
      [
        ['password', email, '--password-stdin'],
        `changed the password of ${email} and ended its logins\n`,
        'the second password',
      ],
      [['disable', email], `disabled ${email}\n`, ''],
      [['delete', email], `deleted ${email}\n`, ''],
    ] as const) {
      if (command[0] === 'delete') await voiceassist(['user', 'enable', email], environment)
      const client = await signIn(gateway, { email, password })
      expect((await client.call('GET', '/api/auth/me')).status).toBe(200)
      const outcome = await voiceassist(['user', ...command], environment, input)
      expect(outcome).toEqual({ code: 0, stdout: said, stderr: '' })
      await isRefused(client)
      if (input) password = input
    }
    await expect(signIn(gateway, { email, password })).rejects.toThrow(/401/)
    expect(await voiceassist(['user', 'revoke', email], environment)).toMatchObject({
      code: 1,
      stderr: 'voiceassist: There is no account with this e-mail or id.\n',
    })
    const common = await voiceassist(
      ['user', 'password', email, '--password-stdin'],
      environment,
      'password1',
    )
    expect(common.code).toBe(1)
  })
})
