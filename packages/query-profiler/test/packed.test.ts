import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PackedProject, packedProject } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)

describe('the query profiler as npm packs it, in an empty project with pg', () => {
  let project: PackedProject
  beforeAll(async () => {
    project = await packedProject(['kernel', 'query-profiler'], ['pg@8'])
  }, 300_000)
  afterAll(() => project?.remove())

  const bin = (...args: string[]) => run(join(project.folder, 'node_modules/.bin/voiceassist-profiler'), args)

  test('holds what is compiled with its sources, the program, a licence and a page, and nothing else', () => {
    const name = '@voiceassist/query-profiler'
    const paths = new Set(project.packed.find(each => each.name === name)?.files.map(({ path }) => path))
    for (const path of paths)
      expect(path).toMatch(
        /^(package\.json|README\.md|LICENSE|bin\/voiceassist-profiler\.js|src\/.+\.ts|dist\/.+\.(js|d\.ts)(\.map)?)$/,
      )
    for (const path of ['README.md', 'LICENSE', 'bin/voiceassist-profiler.js', 'dist/index.d.ts'])
      expect(paths).toContain(path)
    expect(project.missingSources(name)).toEqual([])
  })

  test('installs nothing native', () => {
    const files = readdirSync(join(project.folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
    expect(files.filter(path => path.endsWith('.node'))).toEqual([])
  })

  test('the module profiles a pool', async () => {
    const printed = await project.print(
      `import { setupQueryProfiling } from '@voiceassist/query-profiler'
       import pg from 'pg'
       const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
       const profiler = setupQueryProfiling(pool)
       await pool.query('select 1').catch(() => {})
       console.log(profiler.report().queries.length)
       await profiler.close()
       await pool.end()`,
    )
    expect(printed).toBe('1')
  })

  test('the program helps, parses SQL and looks for a server', async () => {
    expect((await bin('--help')).stdout).toContain('Usage: voiceassist-profiler')
    writeFileSync(join(project.folder, 'queries.sql'), 'select 1;')
    const args = ['advise', 'postgres://127.0.0.1:1/x', '--workload', join(project.folder, 'queries.sql')]
    const failed = await bin(...args).catch((error: { code: number; stderr: string }) => error)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing listens on') })
  })

  test('its types are those of a strict compiler', async () => {
    const told = await project.typeErrors(
      `import { type QueryProfiler, setupQueryProfiling } from '@voiceassist/query-profiler'
       export const profiler: QueryProfiler = setupQueryProfiling({} as never, { slowQueryThresholdMs: 100 })
       export const count: number = profiler.report().slow.length`,
    )
    expect(told).toBe('')
  })
})
