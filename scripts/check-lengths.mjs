#!/usr/bin/env node
// A file has one reason to exist, and one that grows past the limit usually has two.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './lib/check.mjs'
import { sourceFiles } from './lib/source-files.mjs'

const limit = 280
const goal = 250
/** Says, near the top of a file, that a program wrote it. */
const generated = '@generated'

await runCheck('file lengths', root => {
  /** @type {import('./lib/check.mjs').Problem[]} */
  const problems = []
  for (const file of sourceFiles(root, /\.(ts|tsx|mts|js|mjs|cjs|css|sh|sql)$/)) {
    const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n')
    if (lines.slice(0, 5).some(line => line.includes(generated))) continue
    if (lines.length > limit) {
      problems.push({ file, line: limit + 1, message: `${lines.length} lines, over the limit of ${limit}` })
    } else if (lines.length > goal) {
      process.stdout.write(
        `${file}:${goal + 1}: ${lines.length} lines, over the ${goal} to aim at (no failure)\n`,
      )
    }
  }
  return problems
})
