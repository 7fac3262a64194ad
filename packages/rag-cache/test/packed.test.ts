import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

const program = `
  import { createCache } from '@voiceassist/cache'
  import { createRagCache } from '@voiceassist/rag-cache'
  const cache = createCache()
  const rag = createRagCache({
    cache,
    embed: async texts => texts.map(() => Float32Array.of(0.6, 0.8)),
    tenantKey: () => new Uint8Array(32),
    model: { name: 'm', dimensions: 2 },
    index: { version: '1' },
  })
  let searches = 0
  const search = () => rag.search({ query: 'q', topK: 1, scoreThreshold: 0.5 }, async () => {
    searches++
    return [{ chunkId: 'c' + searches, documentId: 'd', score: 0.9 }]
  })
  await search()
  await search()
  const { dropped } = await rag.documentChanged({ id: 'd', inserted: [], removed: ['c1'] })
  const [hit] = await search()
  console.log(searches, dropped, hit.chunkId)
  await cache.close()`

test('the package as npm packs it works in an empty project', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-packed-rag-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const packages = ['./packages/kernel', './packages/cache', './packages/rag-cache']
  const pack = ['pack', ...packages, '--json', '--ignore-scripts', '--pack-destination', folder]
  const packed = Object.values<{ filename: string }>(
    JSON.parse((await run('npm', pack, { cwd: root })).stdout),
  )
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const tarballs = packed.map(({ filename }) => join(folder, filename))
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs]
  await run('npm', install, { cwd: folder })
  writeFileSync(join(folder, 'main.js'), program)
  expect((await run(process.execPath, ['main.js'], { cwd: folder })).stdout.trim()).toBe('2 1 c2')
}, 300_000)
