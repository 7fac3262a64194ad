import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { docLists } from '../lib/doc-lists.mjs'
import { compareList, replaceList } from '../lib/marked-list.mjs'
import { checkSeedMap } from '../lib/seed-map.mjs'
import { folderWith, runCheckOn } from './fixture.mjs'

const project = join(import.meta.dirname, '../..')
const page = 'Head\n\n<!-- list: fruit -->\n\n| apple |\n| plum |\n\n<!-- end of fruit -->\n'

describe('compareList', () => {
  const compare = (/** @type {string} */ wanted) =>
    compareList('page.md', page, 'fruit', wanted).map(({ line, message }) => `${line}: ${message}`)

  test('finds nothing when both say the same', () => {
    expect(compare('| apple |\n| plum |')).toEqual([])
  })

  test('names what only the document has, with its line', () => {
    expect(compare('| apple |')).toEqual([expect.stringMatching(/^6: not in the code .*: \| plum \|$/)])
  })

  test('names what only the code has', () => {
    expect(compare('| apple |\n| plum |\n| pear |')).toEqual([
      expect.stringMatching(/missing here .*: \| pear \|$/),
    ])
  })

  test('refuses another order', () => {
    expect(compare('| plum |\n| apple |')).toEqual([expect.stringContaining('in another order')])
  })

  test('refuses a document without the list', () => {
    expect(compareList('page.md', 'Head\n', 'fruit', '| apple |')).toHaveLength(1)
  })

  test('finds nothing after the list was written anew', () => {
    const written = replaceList(page, 'fruit', '| pear |')
    expect(compareList('page.md', written, 'fruit', '| pear |')).toEqual([])
    expect(replaceList(written, 'fruit', '| apple |\n| plum |')).toBe(page)
  })
})

describe('checkSeedMap', () => {
  const check = (/** @type {string} */ row) =>
    checkSeedMap(
      folderWith({ 'map.md': `${row}\n`, 'src/pool.ts': 'export const poolStats = 1\n' }),
      'map.md',
    )

  test.each([
    '| `pool_stats` | `poolStats` | `src/pool.ts` | here |',
    '| `panel` | same | `dashboards/` | planned |',
  ])('accepts %s', row => {
    expect(check(row)).toEqual([])
  })

  test.each([
    [
      '| `pool_stats` | `poolStatistics` | `src/pool.ts` | here |',
      "src/pool.ts does not hold 'poolStatistics'",
    ],
    ['| `pool_stats` | `poolStats` | `src/gone.ts` | here |', 'there is no file src/gone.ts'],
    [
      '| `pool_stats` | `poolStats` | `src/pool.ts` | done |',
      "the status is 'here' or 'planned', not 'done'",
    ],
    ['no rows at all', 'the document has no rows'],
  ])('refuses %s', (row, message) => {
    expect(check(row)).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe('check-doc-lists', () => {
  /** The documents as they are, one line of one of them changed. */
  const documents = (
    /** @type {string} */ file,
    /** @type {RegExp} */ pattern,
    /** @type {string} */ text,
  ) => {
    const files = Object.fromEntries(
      [...new Set(docLists.map(list => list.file))].map(name => [
        name,
        readFileSync(join(project, name), 'utf8'),
      ]),
    )
    files[file] = (files[file] ?? '').replace(pattern, text)
    return folderWith({ ...files, 'docs/seed-map.md': '| `a` | b | c | planned |\n' })
  }

  test('passes on the documents of this project', () => {
    expect(runCheckOn('check-doc-lists.mjs', documents('docs/errors.md', /$/, '')).lines).toEqual([
      'lists in the docs: ok',
    ])
  })

  test('fails on an error that the document leaves out, and writes it with --write', () => {
    const root = documents('docs/errors.md', /^\| `NOT_FOUND`.*\n/m, '')
    const { status, lines } = runCheckOn('check-doc-lists.mjs', root)
    expect(lines[0]).toMatch(/^docs\/errors\.md:\d+: missing here .*`NOT_FOUND`/)
    expect(status).toBe(1)
    expect(runCheckOn('check-doc-lists.mjs', root, '--write').status).toBe(0)
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toContain('| `NOT_FOUND` | 404 |')
  })

  test.each([
    ['docs/errors.md', 'NOT_FOUND', '| `NOT_FUNNY` | 404 | x |'],
    ['docs/configuration.md', 'DB_POOL_SIZE', '| `DB_POOL_COLOUR` | `red` | x |'],
    ['docs/endpoints.md', '/api/search', '| GET | `/api/nothing` | user | x |'],
  ])('fails both ways on %s', (file, name, invented) => {
    const line = new RegExp(`^\\|.*\`${name}\`.*$`, 'm')
    const { status, lines } = runCheckOn('check-doc-lists.mjs', documents(file, line, invented))
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${file}:\\d+: not in the code .*`)),
      expect.stringMatching(new RegExp(`^${file}:\\d+: missing here .*\`${name}\``)),
      'lists in the docs: 2 to fix',
    ])
    expect(lines[0]).toContain(invented)
    expect(status).toBe(1)
  })
})
