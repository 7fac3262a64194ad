import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HotPathName } from './hot-paths.js'
import { measurePair } from './measure-hot-path.js'
import { copyOfBuild } from './reference-build.js'

/** Where the compiled function of each path begins. */
const places: Readonly<Record<HotPathName, { readonly file: string; readonly head: string }>> = {
  'memory-hit': { file: 'cache/dist/two-tier-cache.js', head: 'getOrSet(key, loader, options) {' },
  'flag-check': {
    file: 'feature-flags/dist/tiers/tiered-flags.js',
    head: 'async isEnabled(name, context, defaultValue = false) {',
  },
  'profiled-query': { file: 'query-profiler/dist/query-log.js', head: '\n    ended(record) {' },
  'cached-search': { file: 'rag-cache/dist/search/searches.js', head: 'async find(asked, load, signal) {' },
}
/** At first, to see a step at all; then by what was measured near the share, since a short loop is dearer a step than a long one. */
const manySteps = 5000
const looks = 5

/** A copy of a build in which one path takes longer by a share of its time: its function begins with measured busy work. */
export async function slowedCopy(build: string, name: HotPathName, share: number): Promise<string> {
  const copy = await copyOfBuild(build, name)
  try {
    let steps = manySteps
    const fitting: number[] = []
    for (let look = 0; look < looks; look++) {
      await plant(copy, name, steps)
      const [usual, slow] = await measurePair(name, [build, copy])
      steps = Math.max(1, Math.round((steps * usual * share) / Math.max(slow - usual, usual / 1000)))
      if (look > 0) fitting.push(steps)
      steps = median(fitting) ?? steps
    }
    await plant(copy, name, steps)
    return copy
  } catch (error) {
    await rm(copy, { recursive: true })
    throw error
  }
}

async function plant(copy: string, name: HotPathName, steps: number): Promise<void> {
  const { file, head } = places[name]
  const path = join(copy, 'packages', file)
  const mark = '/* planted */'
  const work = `${mark} for (let at = 0; at < ${steps}; at++) planted = Math.imul(planted ^ at, 0x9e3779b1); ${mark}`
  const text = await readFile(path, 'utf8')
  const clean = text.replace(/\/\* planted \*\/.*\/\* planted \*\//, '').replace(/\nlet planted = 1\n$/, '')
  if (clean.split(head).length !== 2) throw new Error(`${file} does not hold '${head.trim()}' once`)
  await writeFile(path, `${clean.replace(head, `${head}${work}`)}\nlet planted = 1\n`)
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}
