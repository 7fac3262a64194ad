#!/usr/bin/env node
// Lists in the docs are written by the code (`npm run docs`, or --write here), and this check holds them to it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './lib/check.mjs'
import { docLists } from './lib/doc-lists.mjs'
import { compareList, replaceList } from './lib/marked-list.mjs'
import { checkSeedMap } from './lib/seed-map.mjs'

await runCheck('lists in the docs', async root => {
  const problems = []
  for (const { file, name, lines } of docLists) {
    const path = join(root, file)
    const wanted = await lines()
    let text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (process.argv.includes('--write')) {
      text = replaceList(text, name, wanted)
      writeFileSync(path, text)
    }
    problems.push(...compareList(file, text, name, wanted))
  }
  return [...problems, ...checkSeedMap(root, 'docs/seed-map.md')]
})
