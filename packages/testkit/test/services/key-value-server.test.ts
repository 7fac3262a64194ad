import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { canStartRedis, canStartValkey, hasRedis } from '#src/services/available'
import { command, type KeyValueServer } from '#src/services/key-value-server'
import { isAlive } from '#src/services/processes'
import { borrowRedis, startRedis, startValkey } from '#src/services/start-key-value'
import { sourceOfRun } from '#src/services/test-run'

afterEach(() => vi.unstubAllEnvs())

const kinds = [
  {
    kind: 'redis',
    start: startRedis,
    can: canStartRedis,
    version: /redis_version:[89]\d*\.|redis_version:7\./,
  },
  { kind: 'valkey', start: startValkey, can: canStartValkey, version: /valkey_version:([89]|\d\d)\./ },
] as const

for (const { kind, start, can, version } of kinds) {
  describe.skipIf(!can())(`a ${kind} server of a test`, () => {
    let server: KeyValueServer
    beforeAll(async () => {
      server = await start({ settings: { 'maxmemory-policy': 'noeviction', maxmemory: '77mb' } })
    })
    afterAll(() => server?.close())
    const ask = (name: string, ...args: string[]) => command(server.url, name, ...args)

    test('is what it says, has the settings asked for, and listens on 127.0.0.1 alone', async () => {
      expect(await ask('INFO', 'server')).toMatch(version)
      expect(await ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(77 * 2 ** 20)])
      expect(await ask('CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1'])
      expect(await ask('CONFIG', 'GET', 'save')).toEqual(['save', ''])
    })

    test('keeps its address over a restart, and of its data what was dumped', async () => {
      await ask('SET', 'a', '1')
      await server.restart()
      expect(await ask('GET', 'a')).toBeNull()
      await ask('SET', 'a', '1')
      await server.restart({ dump: true })
      await ask('SET', 'a', '2')
      await server.kill()
      await expect(ask('PING')).rejects.toThrow()
      expect(server.pid()).toBeUndefined()
      await server.start()
      expect(await ask('GET', 'a')).toBe('1')
    })

    test('answers nothing while it is paused, and then everything', async () => {
      const client = new Redis(server.url)
      await client.ping()
      await server.pause()
      let answered = false
      const answer = client.incr('counted').then(value => {
        answered = true
        return value
      })
      // Its socket still takes connections: only the process stands.
      const other = new Redis(server.url, { enableReadyCheck: false })
      await once(other, 'connect')
      expect(answered).toBe(false)
      await server.resume()
      expect(await answer).toBe(1)
      client.disconnect()
      other.disconnect()
    })

    test('stops although it is paused', async () => {
      await server.pause()
      await server.stop()
      await expect(ask('PING')).rejects.toThrow()
      await server.start()
      expect(await ask('PING')).toBe('PONG')
    })

    test('says why it did not start', async () => {
      await expect(start({ settings: { maxmemory: 'much' } })).rejects.toThrow(/ended: .*much/s)
    })

    test.skipIf(sourceOfRun(kind)?.kind !== 'local')(
      'does not outlive the process that started it, paused or not',
      async () => {
        const name = kind === 'redis' ? 'startRedis' : 'startValkey'
        const program = `
          import { ${name} } from ${JSON.stringify(import.meta.resolve('#src/services/start-key-value'))}
          const server = await ${name}()
          console.log(JSON.stringify({ url: server.url, pid: server.pid() }))
          setInterval(() => {}, 1000)`
        const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
        const { url, pid } = JSON.parse(line) as { url: string; pid: number }
        const source = sourceOfRun(kind)
        const root = source?.kind === 'local' ? (source.root ?? '/') : '/'
        const [, inner] = (await command(url, 'CONFIG', 'GET', 'dir')) as [string, string]
        const folder = join(root, inner)
        expect(existsSync(folder)).toBe(true)
        process.kill(pid, 'SIGSTOP')
        child.kill('SIGKILL')
        await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false)
        expect(isAlive(pid)).toBe(false)
      },
    )

    test.skipIf(sourceOfRun(kind)?.kind !== 'local' || process.platform !== 'linux')(
      'runs in the process that it names, which is not root',
      async () => {
        expect(await ask('INFO', 'server')).toContain(`process_id:${server.pid()}\r\n`)
        expect(statSync(`/proc/${server.pid()}`).uid).not.toBe(0)
      },
    )
  })
}

describe('borrowRedis', () => {
  test('gives the server that the operator named, and leaves it alone', async () => {
    vi.stubEnv('TEST_REDIS_URL', 'redis://redis.example:6379')
    vi.stubEnv('TEST_REDIS_SOURCE', '')
    expect(hasRedis()).toBe(true)
    expect(canStartRedis()).toBe(false)
    const server = await borrowRedis()
    expect(server.url).toBe('redis://redis.example:6379')
    await server.close()
  })

  test.skipIf(!canStartRedis())('else starts one, and ends it', async () => {
    vi.stubEnv('TEST_REDIS_URL', '')
    const server = await borrowRedis()
    expect(await command(server.url, 'PING')).toBe('PONG')
    await server.close()
    await expect(command(server.url, 'PING')).rejects.toThrow()
  })
})
