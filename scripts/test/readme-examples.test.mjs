import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { borrowRedis, hasRedis, hasServer, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeBlocks } from '../lib/code-blocks.mjs'

const project = fileURLToPath(new URL('../..', import.meta.url))
const mark = /\/\/ → (.*)$/gm
const examples = codeBlocks(readFileSync(join(project, 'README.md'), 'utf8'))
  .map(({ code }) => code)
  .filter(code => code.includes('// → '))

describe.skipIf(!hasServer() || !hasRedis())('the examples of the README', () => {
  /** @type {string} */
  let folder
  /** @type {NodeJS.ProcessEnv} */
  let environment
  /** @type {(() => unknown)[]} */
  const closers = []

  beforeAll(async () => {
    const database = await tempDatabase({ kind: 'server', migrated: false })
    const redis = await borrowRedis()
    closers.push(
      () => database.close(),
      () => redis.close(),
    )
    environment = { ...process.env, ...database.environment, REDIS_URL: redis.url }
    mkdirSync(join(project, '.cache'), { recursive: true })
    folder = mkdtempSync(join(project, '.cache/readme-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    for (const [index, code] of examples.entries())
      writeFileSync(join(folder, `${index}.ts`), `${code}\nexport {}\n`)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const compilerOptions = { composite: false, declaration: false, declarationMap: false, sourceMap: false }
    const typeRoots = [join(project, 'node_modules/@types')]
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(project, 'tsconfig.base.json'),
        compilerOptions: { ...compilerOptions, typeRoots },
        include: ['*.ts'],
      }),
    )
    const tsc = join(project, 'node_modules/typescript/bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' })
    expect(status, stdout).toBe(0)
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })

  test('there is one for each package that one can take alone', () => {
    for (const name of ['cache', 'query-profiler', 'feature-flags', 'rag-cache'])
      expect(
        examples.some(code => code.includes(`'@voiceassist/${name}'`)),
        name,
      ).toBe(true)
  })

  test.each(examples.map((code, index) => ({ code, index })))(
    'number $index prints what it says, in fewer than 15 lines',
    async ({ code, index }) => {
      expect(code.split('\n').length).toBeLessThan(15)
      const child = spawn(process.execPath, [join(folder, `${index}.js`)], { env: environment })
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
      if (child.exitCode === null) await once(child, 'exit')
      expect(err).toBe('')
      expect(out.trimEnd().split('\n')).toEqual([...code.matchAll(mark)].map(([, said]) => said))
    },
  )
})
