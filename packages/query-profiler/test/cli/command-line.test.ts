import { expect, test } from 'vitest'
import { parseCommandLine } from '#src/cli/command-line'

test('a command alone takes its database from the environment', () => {
  expect(parseCommandLine(['top'])).toEqual({
    command: 'top',
    url: undefined,
    workload: 'pg_stat_statements',
    verify: undefined,
    budgetBytes: undefined,
    limit: 20,
    file: '-',
    analyze: false,
    json: false,
  })
})

test('options may stand anywhere', () => {
  expect(
    parseCommandLine([
      '--json',
      'advise',
      '--budget=200MB',
      'postgres://host/app',
      '--workload',
      'queries.sql',
      '--verify',
      'postgresql://host/copy',
    ]),
  ).toMatchObject({
    command: 'advise',
    url: 'postgres://host/app',
    workload: 'queries.sql',
    verify: 'postgresql://host/copy',
    budgetBytes: 200 * 2 ** 20,
    json: true,
  })
})

test.each([
  ['1024', 1024],
  ['10B', 10],
  ['1.5kB', 1536],
  ['2 GB', 2 ** 31],
])('a budget of %s is %i bytes', (text, bytes) => {
  expect(parseCommandLine(['advise', '--budget', text])).toMatchObject({ budgetBytes: bytes })
})

test.each([[[]], [['--help']], [['advise', '-h']]])('%j asks for help', args => {
  expect(parseCommandLine(args)).toBeUndefined()
})

test.each([
  ['command', ['advice']],
  ['url', ['top', 'localhost']],
  ['verify', ['advise', '--verify', 'mysql://host']],
  ['budget', ['advise', '--budget', 'much']],
  ['budget', ['advise', '--budget', '0']],
  ['budget', ['advise', '--budget=-5MB']],
  ['limit', ['top', '--limit', '0']],
  ['limit', ['top', '--limit', '1.5']],
  ['arguments', ['top', '--colour']],
  ['arguments', ['top', 'postgres://a', 'postgres://b']],
])('%s: %j is refused', (field, args) => {
  expect(() => parseCommandLine(args)).toThrow(
    expect.objectContaining({ code: 'PROFILER_OPTION_INVALID', field }),
  )
})

test('whoever gives the query as an argument is told where it goes', () => {
  expect(() => parseCommandLine(['explain', 'select 1', 'postgres://a'])).toThrow(/by --file FILE\.sql/)
})
