import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BenchReport, isGood, type SuiteResult } from '#src/report/bench-report'
import { goalTable, reportPage } from '#src/report/report-page'
import { earlierSuites, orderAfter, runSuites } from '#src/report/run-all'

describe('a run of all suites', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-suites-'))
  const program = `
    const [name, ...argv] = process.argv.slice(2)
    const figure = { name: 'a figure', unit: 'ms', value: name === 'slow' ? 3 : 1, goal: { atMost: 2 }, peers: { another: 4 } }
    if (name === 'dies') process.exit(7)
    process.send({ row: argv.join(' ') || name, figures: [figure, { name: 'a peer', unit: 'ms', value: NaN }] })
    if (name === 'slow') process.send({ failure: '1 figures miss their goal' }, () => process.exit(1))`
  const suites = { dies: {}, good: { quick: true, amongAll: ['--only', 'one'] }, slow: {} }
  const written: number[] = []
  let results: SuiteResult[]
  beforeAll(async () => {
    writeFileSync(join(folder, 'suite.mjs'), program)
    results = await runSuites(
      suites,
      ['slow', 'dies', 'good'],
      join(folder, 'suite.mjs'),
      true,
      async done => {
        written.push(done.length)
      },
    )
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('goes on after a suite that misses a goal, and after one that dies', () => {
    expect(results.map(({ name, failure }) => [name, failure])).toEqual([
      ['slow', '1 figures miss their goal'],
      ['dies', 'its process ended with 7'],
      ['good', undefined],
    ])
  })

  test('writes what it has after each', () => {
    expect(written).toEqual([1, 2, 3])
  })

  test('keeps what a suite said before it failed, with verdicts', () => {
    expect(results[0]?.rows.slow?.map(({ verdict }) => verdict)).toEqual(['missed', undefined])
    expect(results[2]?.rows['--only one --quick']?.[0]).toMatchObject({ value: 1, verdict: 'holds' })
  })

  test('is good when nothing failed and no goal is missed', () => {
    expect(results.map(result => isGood({ suites: [result] }))).toEqual([false, false, true])
    const { failure, ...unsaid } = results[0]!
    expect(isGood({ suites: [unsaid] })).toBe(false)
  })

  test('shows goals, misses, and where figures come from', () => {
    const report: BenchReport = {
      ...{ at: '2026-11-23T00:00:00.000Z', machine: 'a machine', commit: 'c0ffee'.repeat(7), changed: false },
      ...{ quick: true, busy: true, load: 9.04, versions: { node: 'v20' }, suites: results },
    }
    expect(goalTable(JSON.parse(JSON.stringify(report)))).toBe(
      [
        'a machine; commit c0ffeec0ffee. **Measured by `--quick`, while the machine had other work (load 9.0 at the start): for a look, not for figures to quote.** **dies** did not end well: its process ended with 7.',
        '',
        '| Suite | Figure | Goal | Measured | Others |',
        '| --- | --- | --- | --- | --- |',
        '| good, --only one --quick | a figure | at most 2 | 1 ms | another 4 |',
        '| slow | a figure | at most 2 | **missed**: 3 ms | another 4 |',
      ].join('\n'),
    )
    const page = reportPage(JSON.parse(JSON.stringify(report)))
    expect(page).toContain('| a peer |  | none ms |')
    expect(page).toContain('**dies** ended with an error: its process ended with 7')
  })
})

test('suites that are not run again keep what was measured, and say when', () => {
  const suite = (name: string) => ({ name, seconds: 1, rows: {} })
  const older = { at: '2026-11-22T00:00:00.000Z', commit: 'abc' }
  const last: BenchReport = {
    ...{ at: '2026-11-23T00:00:00.000Z', machine: 'a machine', commit: 'c0ffee', changed: false },
    ...{ quick: false, busy: false, load: 0, versions: {} },
    suites: [{ ...suite('oldest'), earlier: older }, suite('again'), suite('kept')],
  }
  const kept = earlierSuites(last, ['again'])
  expect(kept.map(({ name, earlier }) => [name, earlier?.commit])).toEqual([
    ['oldest', 'abc'],
    ['kept', 'c0ffee'],
  ])
  const table = goalTable({ ...last, commit: 'fedcba', suites: [...kept, suite('again')] })
  expect(table).toContain(
    'commit fedcba. Of 2026-11-22, commit abc: oldest. Of 2026-11-23, commit c0ffee: kept.',
  )
})

test('suites run in the opposite order of the last run, with those that are new', () => {
  expect(orderAfter(['b', 'a', 'c'], [])).toEqual(['a', 'b', 'c'])
  expect(orderAfter(['b', 'a', 'c'], ['a', 'gone', 'b'])).toEqual(['c', 'b', 'a'])
  expect(orderAfter(['b', 'a', 'c'], ['c', 'b', 'a'])).toEqual(['a', 'b', 'c'])
})

test('the page of the last run says what its figures say', () => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, '../results', file), 'utf8')
  expect(read('report.md')).toBe(reportPage(JSON.parse(read('report.json'))))
})
