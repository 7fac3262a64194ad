import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine, say } from '../common/say.js'
import { projectRoot, readBudgets } from './budgets.js'
import { compareBuilds, sayComparisons } from './compare-builds.js'
import { type HotPathName, hotPathNames } from './hot-paths.js'
import { slowedCopy } from './plant.js'
import { copyOfBuild, referenceBuild } from './reference-build.js'

const usage = `Usage: npm run bench:check [-- --only NAME,…] [-- --prove]

Measures the hot paths of the working tree beside those of the commit that bench/budgets.json names, in fresh processes that
take turns. Ends with 1 when one is slower than its budget allows, beyond noise. Takes some four minutes.

  --only NAME,…   of ${hotPathNames.join(', ')}
  --prove         compares the commit with a copy of itself, and with copies that are slower by 15 %: ends with 1
                  when the first is called slower or one of the others is not`

const plantedShare = 0.15

/** Resolves to whether all budgets hold. */
export async function check(argv: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      prove: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    say(usage)
    return true
  }
  const names = (values.only?.split(',') ?? hotPathNames) as HotPathName[]
  const unknown = names.find(name => !hotPathNames.includes(name))
  if (unknown !== undefined)
    throw new Error(`there is no hot path ${unknown}; there are ${hotPathNames.join(', ')}`)
  const budgets = await readBudgets()
  const reference = await referenceBuild(projectRoot, budgets.reference)
  say(machine())
  if (values.prove) return await prove(names, reference)
  const comparisons = await compareBuilds(names, projectRoot, reference, budgets)
  sayComparisons(comparisons)
  return comparisons.every(({ isSlower }) => !isSlower)
}

async function prove(names: readonly HotPathName[], reference: string): Promise<boolean> {
  const budgets = await readBudgets()
  const compareCopy = async (of: readonly HotPathName[], copying: Promise<string>) => {
    const copy = await copying
    try {
      const comparisons = await compareBuilds(of, copy, reference, budgets)
      sayComparisons(comparisons)
      return comparisons.map(({ isSlower }) => isSlower)
    } finally {
      await rm(copy, { recursive: true })
    }
  }
  say('The same beside itself, which is not to be called slower:')
  const isSame = (await compareCopy(names, copyOfBuild(reference, 'same'))).every(isSlower => !isSlower)
  say(`Slowed down by ${100 * plantedShare} %, which is to be called slower:`)
  let isFound = true
  for (const name of names)
    isFound = (await compareCopy([name], slowedCopy(reference, name, plantedShare))).every(Boolean) && isFound
  say(isSame && isFound ? 'Proved.' : 'NOT PROVED.')
  return isSame && isFound
}
