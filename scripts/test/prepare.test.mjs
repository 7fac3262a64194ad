import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { consoleIsStale, installIsStale } from '../lib/prepare.mjs'
import { folderWith } from './fixture.mjs'

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/pg': { version: '8.0.0' },
  'node_modules/@us/kernel': { link: true },
  'packages/kernel': { version: '0.1.0' },
  'node_modules/for-another-machine': { version: '1.0.0', optional: true },
}

/** @param {Record<string, object>} [installed] */
function project(installed) {
  return folderWith({
    'package-lock.json': JSON.stringify({ packages: wanted }),
    ...(installed && { 'node_modules/.package-lock.json': JSON.stringify({ packages: installed }) }),
  })
}

describe('installIsStale', () => {
  const { 'node_modules/for-another-machine': _, ...complete } = wanted

  test('is false when all but optional packages are there', () => {
    expect(installIsStale(project(complete))).toBe(false)
  })

  test.each([
    ['nothing is installed', undefined],
    ['a package is missing', { 'node_modules/@us/kernel': { link: true } }],
    ['a package has another version', { ...complete, 'node_modules/pg': { version: '7.0.0' } }],
    ['a workspace is not linked', { 'node_modules/pg': { version: '8.0.0' } }],
  ])('is true when %s', (_, installed) => {
    expect(installIsStale(project(installed))).toBe(true)
  })
})

test('consoleIsStale is true while a source is newer than what was built, or nothing was', () => {
  const root = folderWith({
    'apps/console/index.html': '',
    'apps/console/src/pages/page.tsx': '',
    'packages/api-contract/src/index.ts': '',
    'apps/console/dist/index.html': '',
  })
  const sources = [
    ...['apps/console/src/pages/page.tsx', 'apps/console/index.html', 'packages/api-contract/src/index.ts'],
    ...['apps/console/src/pages', 'apps/console/src', 'packages/api-contract/src'],
  ]
  /**
   * @param {string} path
   * @param {number} at seconds
   */
  const changed = (path, at) => utimesSync(join(root, path), at, at)
  for (const path of sources) changed(path, 1)
  changed('apps/console/dist/index.html', 2)
  for (const path of sources) {
    expect(consoleIsStale(root), 'all is older').toBe(false)
    changed(path, 3)
    expect(consoleIsStale(root), path).toBe(true)
    changed(path, 1)
  }
  rmSync(join(root, 'apps/console/dist'), { recursive: true })
  expect(consoleIsStale(root)).toBe(true)
})
