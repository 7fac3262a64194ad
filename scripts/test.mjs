#!/usr/bin/env node
// npm test: everything that must hold, on a fresh clone too. Arguments go to Vitest, and then only it runs:
// `npm test -- packages/kernel`. The last line counts; each step before the tests counts as one test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTests, summaryLine } from './lib/count-tests.mjs'
import { ensureConsole, ensureInstalled } from './lib/prepare.mjs'
import { runStep } from './lib/run-step.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const filters = process.argv.slice(2)
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path)
/** @type {[name: string, command: string[]][]} */
const checks = [
  ['lint and format', [bin('@biomejs/biome/bin/biome'), 'check', '.']],
  ['lock file', ['scripts/check-lock.mjs']],
  ['import ranks and cycles', ['scripts/check-imports.mjs']],
  ['file lengths', ['scripts/check-lengths.mjs']],
  ['code in the docs', ['scripts/check-doc-code.mjs']],
  ['lists in the docs', ['scripts/check-doc-lists.mjs']],
]

/** @type {import('./lib/count-tests.mjs').Counts} */
const counts = { passed: 0, failed: 0, skipped: 0 }

/** @param {boolean} passed */
function count(passed) {
  if (passed) counts.passed++
  else counts.failed++
  return passed
}

async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-report-'))
  const file = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const succeeded = await runStep('tests', [bin('vitest/vitest.mjs'), 'run', ...reporters, ...filters], {
    cwd: root,
  })
  const { passed, failed, skipped } = countTests(readReport(file), succeeded)
  rmSync(folder, { recursive: true })
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

// Ctrl-C reaches Vitest too, which stops its services; this process waits for it and counts.
process.on('SIGINT', () => {})
if (count(ensureInstalled(root))) {
  const built = count(await runStep('types and build', [bin('typescript/bin/tsc'), '--build'], { cwd: root }))
  const hasConsole = count(ensureConsole(root))
  if (filters.length === 0)
    for (const [name, command] of checks) count(await runStep(name, command, { cwd: root }))
  if (built && hasConsole) await runVitest()
  else
    process.stdout.write('\nThe tests import compiled code and open the built console: they did not run.\n')
}
process.exitCode = counts.failed === 0 ? 0 : 1
process.stdout.write(`\n${summaryLine(counts)}\n`)
