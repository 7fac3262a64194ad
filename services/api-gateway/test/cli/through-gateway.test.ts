import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EmbeddingsServer, startEmbeddingsServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from '../start/gateway-client.js'
import { type Environment, type GatewayProcess, startGateway, voiceassist } from '../start/gateway-process.js'

const program = fileURLToPath(new URL('../../bin/voiceassist.js', import.meta.url))
const timeout = 120_000

describe('commands while a gateway holds the data folder', () => {
  let embeddings: EmbeddingsServer
  let folder: string
  let gateway: GatewayProcess
  let environment: Environment
  beforeAll(async () => {
    embeddings = await startEmbeddingsServer()
    folder = await mkdtemp(join(tmpdir(), 'va-gateway-'))
    // Longer than the address of a Unix socket may be.
    const dataFolder = join(folder, 'a'.repeat(60), 'b'.repeat(60))
    environment = { ...embeddings.environment, DATA_DIR: dataFolder }
    gateway = await startGateway(environment)
  }, timeout)
  afterAll(async () => {
    await gateway?.end('SIGTERM')
    await embeddings?.close()
    await rm(folder, { recursive: true, force: true })
  }, timeout)

  const documents = async (name: string, count: number) => {
    const path = join(folder, name)
    await mkdir(path)
    for (let n = 0; n < count; n++)
      await writeFile(join(path, `${n}.md`), `# ${name} ${n}\n\nText ${n} of ${name}.`)
    return path
  }
  const listed = async () => {
    const { stdout } = await voiceassist(['kb', 'list', '--json', '--limit', '1000'], environment)
    return stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { title: string })
  }

  test('the socket is for its owner alone', async () => {
    const facts = await stat(join(environment.DATA_DIR!, 'gateway.sock'))
    expect(facts.isSocket()).toBe(true)
    expect(facts.mode & 0o777).toBe(0o600)
  })

  test('are done by it, with the same output and exit codes', { timeout }, async () => {
    const created = await voiceassist(
      ['user', 'create', 'eve@example.org', '--password-stdin'],
      environment,
      'a long password',
    )
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^created eve@example\.org/) })
    const path = await documents('measles', 3)
    await writeFile(join(path, 'bad.md'), Buffer.from([0xff, 0x00, 0x00]))
    const imported = await voiceassist(['kb', 'import', path], environment)
    expect(imported.code).toBe(1)
    expect(imported.stdout).toMatch(/^3 added, 0 replaced, 0 unchanged, 1 failed/m)
    expect(imported.stderr).toMatch(/^Importing: 4 of 4 documents.*\nfailed .*bad\.md: /m)
    expect((await listed()).filter(({ title }) => title.startsWith('measles'))).toHaveLength(3)
    const unknown = await voiceassist(['user', 'disable', 'nobody@example.org'], environment)
    expect(unknown).toMatchObject({
      code: 1,
      stderr: 'voiceassist: There is no account with this e-mail or id.\n',
    })
  })

  test('flags are changed by it, which serves them at once', { timeout }, async () => {
    const { email, password } = gateway.administrator!
    const client = await signIn(gateway, { email, password })
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await voiceassist(['flags', ...args], environment)
      return code === 0 ? stdout : stderr
    }
    const served = async () => (await client.call('GET', '/api/flags/semantic_query_reuse')).body
    expect(await run('toggle', 'semantic_query_reuse')).toBe('semantic_query_reuse  on  boolean\n')
    expect(await served()).toMatchObject({ enabled: true })
    expect(await run('override', 'semantic_query_reuse', '--user', email, '--to', 'off')).toBe(
      `semantic_query_reuse: off for ${email}\n`,
    )
    expect(await served()).toMatchObject({ enabled: false })
    expect(await run('kill', 'semantic_query_reuse')).toBe('semantic_query_reuse  killed  boolean\n')
    const [list, shown] = await Promise.all([run('list'), run('show', 'semantic_query_reuse')])
    expect(list).toMatch(
      /^llm_answers {2}on {2}boolean\n.*\n.*\nsemantic_query_reuse {2}killed {2}boolean\n$/,
    )
    expect(JSON.parse(shown)).toMatchObject({ name: 'semantic_query_reuse', killed: true, enabled: true })
  })

  test('reuse is calibrated by it, and measured on other pairs', { timeout }, async () => {
    const names = ['gout', 'mumps', 'asthma', 'measles', 'lupus', 'scabies']
    const row = (a: string, b: string, same: number) =>
      `"How is ${a} treated?","How is ${b}, then, treated?",${same}`
    const same = Array.from({ length: 120 }, (_, n) => row(names[n % 6]!, names[n % 6]!, 1))
    const pairs = join(folder, 'pairs.csv')
    const check = join(folder, 'check.csv')
    await writeFile(pairs, ['question_1,question_2,same', ...same, row('gout', 'mumps', 0)].join('\n'))
    await writeFile(check, [row('gout', 'gout', 1), row('gout', 'lupus', 0)].join('\n'))
    const calibrated = await voiceassist(
      ['rag', 'calibrate', '--pairs', pairs, '--precision', '0.99', '--check', check],
      environment,
    )
    expect(calibrated).toMatchObject({ code: 0 })
    expect(calibrated.stdout).toMatch(/^threshold 0\.\d{4} for a precision of 0\.99\n/)
    expect(calibrated.stdout).toMatch(/pairs\.csv +121 +120 +120 +0 +1\.0000 .* 100\.0 % {2}/)
    expect(calibrated.stdout).toMatch(/check\.csv +2 +1 +1 +0 +1\.0000 .* 100\.0 % {2}/)
    expect(calibrated.stdout).toMatch(/is set for hashing-512; /)
    expect(calibrated.stderr).toMatch(/^Embedding .*: \d+ of \d+ questions/)
    const few = await voiceassist(['rag', 'calibrate', '--pairs', check, '--precision', '0.99'], environment)
    expect(few).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/at least 100 pairs.*are 2/),
    })
  })

  test('a second gateway is refused', { timeout }, async () => {
    const { code, stderr } = await voiceassist(['serve'], environment)
    expect(code).toBe(1)
    expect(stderr).toMatch(/voiceassist: The data folder [^\n]* is in use by process \d+[^\n]*\n$/)
  })

  test('migrations are listed, taken back and run again', { timeout }, async () => {
    const newest = '009_accounts_and_audit'
    const status = async () =>
      (await voiceassist(['migrate', 'status'], environment)).stdout.trim().split('\n').at(-1)
    expect(await status()).toMatch(new RegExp(`^${newest} +\\d{4}-`))
    const down = await voiceassist(['migrate', 'down'], environment)
    expect(down).toMatchObject({ code: 0, stdout: `down ${newest}\n` })
    expect(await status()).toMatch(new RegExp(`^${newest} +pending$`))
    const up = await voiceassist(['migrate', 'up'], environment)
    expect(up).toMatchObject({ code: 0, stdout: `up ${newest}\n` })
    const wrong = await voiceassist(['migrate', 'down', '--to', 'nowhere'], environment)
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/No migration .*nowhere.*Give one of/),
    })
  })

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'an import that is ended by %s stops in the gateway and can go on',
    { timeout },
    async signal => {
      const path = await documents(signal, 8)
      const release = embeddings.hold()
      const child = spawn(process.execPath, [program, 'kb', 'import', path], {
        env: { PATH: process.env.PATH, ...environment },
      })
      let stderr = ''
      child.stderr.on('data', part => {
        stderr += part
      })
      await embeddings.isAsked()
      child.kill(signal)
      const [code] = await once(child, 'close')
      if (signal === 'SIGINT') {
        expect(code).toBe(130)
        expect(stderr).toMatch(/voiceassist: Stopped\. Run the same command again to go on\.\n$/)
      }
      await embeddings.isAbandoned()
      release()
      const again = await voiceassist(['kb', 'import', path], environment)
      expect(again.code, again.stderr).toBe(0)
      expect(again.stdout).toMatch(/^8 added, 0 replaced, 0 unchanged; /)
    },
  )

  test('a gateway that is told to stop ends commands that are under way', { timeout }, async () => {
    const path = await documents('late', 4)
    const release = embeddings.hold()
    const imported = voiceassist(['kb', 'import', path], environment)
    await embeddings.isAsked()
    expect(await gateway.end('SIGTERM')).toBe(0)
    const { code, stderr } = await imported
    expect(code).toBe(1)
    expect(stderr).toBe('voiceassist: The gateway was told to stop. Run the same command again to go on.\n')
    release()
    const here = await voiceassist(['kb', 'import', path], environment)
    expect(here.stdout).toMatch(/^4 added, 0 replaced, 0 unchanged; /)
  })
})
