import { describe, expect, test } from 'vitest'
import { installIsStale } from '../lib/prepare.mjs'
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
