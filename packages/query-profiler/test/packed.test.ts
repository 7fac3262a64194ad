import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

describe('the query profiler as npm packs it, in an empty project with pg', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-packed-'))
  let packed: readonly Packed[]
  afterAll(() => rmSync(folder, { recursive: true }))

  beforeAll(async () => {
    const npm = (args: readonly string[], cwd: string) => run('npm', args, { cwd, timeout: 150_000 })
    const pack = ['pack', './packages/kernel', './packages/query-profiler', '--json', '--ignore-scripts']
    const { stdout } = await npm([...pack, '--pack-destination', folder], root)
    packed = Object.values(JSON.parse(stdout))
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const tarballs = packed.map(({ filename }) => join(folder, filename))
    await npm(
      ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, 'pg@8'],
      folder,
    )
  }, 300_000)

  const bin = (...args: string[]) => run(join(folder, 'node_modules/.bin/voiceassist-profiler'), args)

  test('holds what is compiled with its sources, the program, a licence and a page, and nothing else', () => {
    const own = packed.find(({ name }) => name === '@voiceassist/query-profiler')
    const paths = new Set(own?.files.map(({ path }) => path))
    for (const path of paths)
      expect(path).toMatch(
        /^(package\.json|README\.md|LICENSE|bin\/voiceassist-profiler\.js|src\/.+\.ts|dist\/.+\.(js|d\.ts)(\.map)?)$/,
      )
    for (const path of ['README.md', 'LICENSE', 'bin/voiceassist-profiler.js', 'dist/index.d.ts'])
      expect(paths).toContain(path)
    for (const path of paths) {
      if (!path.endsWith('.map')) continue
      const text = readFileSync(join(folder, 'node_modules/@voiceassist/query-profiler', path), 'utf8')
      for (const source of JSON.parse(text).sources)
        expect(paths).toContain(posix.join(dirname(path), source))
    }
  })

  test('installs nothing native', () => {
    const files = readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
    expect(files.filter(path => path.endsWith('.node'))).toEqual([])
  })

  test('the module profiles a pool', async () => {
    writeFileSync(
      join(folder, 'main.js'),
      `import { setupQueryProfiling } from '@voiceassist/query-profiler'
       import pg from 'pg'
       const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
       const profiler = setupQueryProfiling(pool)
       await pool.query('select 1').catch(() => {})
       console.log(profiler.report().queries.length)
       await profiler.close()
       await pool.end()`,
    )
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: folder })
    expect(stdout.trim()).toBe('1')
  })

  test('the program helps, parses SQL and looks for a server', async () => {
    expect((await bin('--help')).stdout).toContain('Usage: voiceassist-profiler')
    writeFileSync(join(folder, 'queries.sql'), 'select 1;')
    const args = ['advise', 'postgres://127.0.0.1:1/x', '--workload', join(folder, 'queries.sql')]
    const failed = await bin(...args).catch((error: { code: number; stderr: string }) => error)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing listens on') })
  })

  test('its types are those of a strict compiler', async () => {
    const types = join(root, 'node_modules/@types')
    expect(existsSync(join(types, 'pg'))).toBe(true)
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { type QueryProfiler, setupQueryProfiling } from '@voiceassist/query-profiler'
       export const profiler: QueryProfiler = setupQueryProfiling({} as never, { slowQueryThresholdMs: 100 })
       export const count: number = profiler.report().slow.length`,
    )
    const options = '--module nodenext --target es2023 --strict --noEmit --skipLibCheck false --types node'
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const told = await run(
      process.execPath,
      [tsc, ...options.split(' '), '--typeRoots', types, 'consumer.ts'],
      { cwd: folder },
    ).catch((error: { stdout: string }) => error)
    expect(told.stdout).toBe('')
  })
})
