import { describe, expect, test } from 'vitest'
import { countTests, summaryLine } from '../lib/count-tests.mjs'

/** @param {string} status @param {string[]} statuses */
const file = (status, ...statuses) => ({ status, assertionResults: statuses.map(one => ({ status: one })) })

describe('countTests', () => {
  test('counts tests by what became of them', () => {
    const report = {
      testResults: [file('passed', 'passed', 'skipped', 'todo'), file('failed', 'passed', 'failed')],
    }
    expect(countTests(report, false)).toEqual({ passed: 2, failed: 1, skipped: 2 })
  })

  test('counts a file that could not be loaded as a failure', () => {
    expect(countTests({ testResults: [file('failed')] }, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  test('never counts no failure of a run that failed', () => {
    expect(countTests(undefined, false).failed).toBe(1)
    expect(countTests({ testResults: [file('passed', 'passed')] }, false)).toMatchObject({
      passed: 1,
      failed: 1,
    })
  })
})

test('summaryLine names skips only when there are any', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
})
