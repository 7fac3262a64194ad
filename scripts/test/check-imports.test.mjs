import { describe, expect, test } from 'vitest'
import { folderWith, runCheckOn } from './fixture.mjs'

/** A project in order: the gateway on the cache on the kernel, tests with the testkit. */
const house = {
  'package.json': JSON.stringify({
    workspaces: ['packages/*', 'services/*'],
    devDependencies: { vitest: '1' },
  }),
  ...manifest('packages/kernel', 'kernel'),
  'packages/kernel/src/index.ts': "export { clock } from './clock.js'\n",
  'packages/kernel/src/clock.ts': 'export const clock = 1\n',
  'packages/kernel/test/clock.test.ts':
    "import { test } from 'vitest'\nimport '@voiceassist/testkit'\nimport '#src/clock'\n",
  ...manifest('packages/cache', 'cache', '@voiceassist/kernel'),
  'packages/cache/src/index.ts':
    "import { readFile } from 'node:fs'\nimport { clock } from '@voiceassist/kernel'\n",
  ...manifest('packages/testkit', 'testkit', '@voiceassist/api-gateway'),
  'packages/testkit/src/index.ts': "import '@voiceassist/api-gateway/app'\n",
  ...manifest('services/api-gateway', 'api-gateway', '@voiceassist/cache', 'prom-client'),
  'services/api-gateway/src/app.ts': "import '@voiceassist/cache'\nimport 'prom-client'\n",
  'services/api-gateway/bin/run.js': "import '../dist/app.js'\n",
}

/** @param {string} folder @param {string} name @param {string[]} dependencies */
function manifest(folder, name, ...dependencies) {
  const entries = dependencies.map(dependency => [dependency, '1'])
  const text = JSON.stringify({ name: `@voiceassist/${name}`, dependencies: Object.fromEntries(entries) })
  return { [`${folder}/package.json`]: text }
}

/** @param {Record<string, string>} changes */
function check(changes) {
  return runCheckOn('check-imports.mjs', folderWith({ ...house, ...changes }))
}

describe('check-imports', () => {
  test('finds nothing in a house in order', () => {
    expect(check({})).toMatchObject({ status: 0, lines: ['imports: ok'] })
  })

  test.each([
    [
      'an import of a higher rank',
      'packages/cache',
      "\nexport * from '@voiceassist/api-gateway/app'\n",
      ['@voiceassist/kernel', '@voiceassist/api-gateway'],
      "packages/cache/src/bad.ts:2: '@voiceassist/api-gateway/app': packages/cache (rank 1) may not import services/api-gateway (rank 3)",
    ],
    [
      'a type of a higher rank, imported within a type',
      'packages/kernel',
      "export type T = import('@voiceassist/cache').Cache\n",
      ['@voiceassist/cache'],
      "packages/kernel/src/bad.ts:1: '@voiceassist/cache': packages/kernel (rank 0) may not import packages/cache (rank 1)",
    ],
    [
      'a dynamic import of the testkit outside of tests',
      'services/api-gateway',
      "export const load = () => import('@voiceassist/testkit')\n",
      ['@voiceassist/cache', 'prom-client', '@voiceassist/testkit'],
      "services/api-gateway/src/bad.ts:1: '@voiceassist/testkit': the testkit is for tests and benches",
    ],
    [
      'a metrics client outside of the gateway',
      'packages/cache',
      "import type { Counter } from 'prom-client'\n",
      ['@voiceassist/kernel', 'prom-client'],
      "packages/cache/src/bad.ts:1: 'prom-client': only the gateway may import a metrics client",
    ],
    [
      'OpenTelemetry outside of the gateway',
      'packages/cache',
      "import '@opentelemetry/core'\n",
      ['@voiceassist/kernel', '@opentelemetry/core'],
      "packages/cache/src/bad.ts:1: '@opentelemetry/core': only the gateway may import a metrics client",
    ],
    [
      'OpenTelemetry in the gateway outside of its traces',
      'services/api-gateway',
      "import '@opentelemetry/core'\n",
      ['@voiceassist/cache', 'prom-client', '@opentelemetry/core'],
      "services/api-gateway/src/bad.ts:1: '@opentelemetry/core': only services/api-gateway/src/tracing/ may import OpenTelemetry",
    ],
    [
      'a package that is not declared',
      'packages/cache',
      "import pino from 'pino/file'\n",
      ['@voiceassist/kernel'],
      "packages/cache/src/bad.ts:1: 'pino/file': not among the dependencies of packages/cache/package.json",
    ],
    [
      'a development dependency of the root outside of tests',
      'packages/cache',
      "import 'vitest'\n",
      ['@voiceassist/kernel'],
      "packages/cache/src/bad.ts:1: 'vitest': not among the dependencies of packages/cache/package.json",
    ],
    [
      'another workspace by its path',
      'packages/cache',
      "import '../../../services/api-gateway/src/app.js'\n",
      ['@voiceassist/kernel', '@voiceassist/api-gateway'],
      "packages/cache/src/bad.ts:1: '../../../services/api-gateway/src/app.js': packages/cache (rank 1) may not import services/api-gateway (rank 3)",
    ],
    [
      'a file that is not there',
      'packages/cache',
      "import './nothing.js'\n",
      ['@voiceassist/kernel'],
      "packages/cache/src/bad.ts:1: './nothing.js': there is no such file",
    ],
  ])('refuses %s', (_, folder, code, dependencies, message) => {
    const name = folder.split('/')[1] ?? ''
    const { status, lines } = check({
      ...manifest(folder, name, ...dependencies),
      [`${folder}/src/bad.ts`]: code,
    })
    expect(lines).toEqual([message, 'imports: 1 to fix'])
    expect(status).toBe(1)
  })

  test('finds a cycle that only types and re-exports make', () => {
    const { status, lines } = check({
      'packages/kernel/src/clock.ts': "import type { A } from './a.js'\nexport const clock = 1\n",
      'packages/kernel/src/a.ts': "\nexport type { B as A } from './b.js'\n",
      'packages/kernel/src/b.ts': "export type B = typeof import('#src/clock').clock\n",
    })
    const files = ['a', 'b', 'clock', 'a'].map(name => `packages/kernel/src/${name}.ts`)
    expect(lines[0]).toBe(`packages/kernel/src/a.ts:2: an import cycle: ${files.join(' -> ')}`)
    expect([status, lines.length]).toEqual([1, 2])
  })

  test('finds a cycle across packages by their own barrels', () => {
    const { lines } = check({
      'packages/cache/src/index.ts': "import './inner.js'\n",
      'packages/cache/src/inner.ts': "import { cache } from '@voiceassist/cache'\n",
      ...manifest('packages/cache', 'cache', '@voiceassist/kernel', '@voiceassist/cache'),
    })
    expect(lines[0]).toContain(
      'packages/cache/src/index.ts -> packages/cache/src/inner.ts -> packages/cache/src/index.ts',
    )
  })

  test('refuses a workspace that has no rank, and a file that does not parse', () => {
    const { status, lines } = check({
      ...manifest('packages/new', 'new'),
      'packages/kernel/src/broken.ts': 'export const = 1\n',
    })
    expect(lines[0]).toBe('packages/new/package.json:1: this workspace has no rank in check-imports.mjs')
    expect(lines[1]).toMatch(/^packages\/kernel\/src\/broken\.ts:1: /)
    expect(status).toBe(1)
  })
})
