/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 */

/**
 * Counts the tests of a report in Vitest's JSON form. What fails outside of a test (a file that cannot be loaded, a
 * set-up that throws, an unhandled rejection) counts as one failure, so that a run that failed never counts none.
 * @param {{ testResults: FileResult[] } | undefined} report undefined when Vitest wrote none
 * @param {boolean} succeeded whether Vitest itself ended well
 * @returns {Counts}
 */
export function countTests(report, succeeded) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report?.testResults ?? []) {
    let failedHere = 0
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++
      else if (status === 'failed') failedHere++
      else counts.skipped++
    }
    counts.failed += file.status === 'failed' ? Math.max(failedHere, 1) : failedHere
  }
  if (!succeeded && counts.failed === 0) counts.failed = 1
  return counts
}

/**
 * The last line of a test run.
 * @param {Counts} counts
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
