import { parseArgs } from 'node:util'
import { similar } from './rag/similar.js'

const usage = `Usage: npm run bench -- rag [--only similar] [--pairs FILE]

What the cache of retrieval is worth: similar, the reuse of a similar question's result.

  --only SUITE   similar
  --pairs FILE   CSV of labelled pairs: question_1,question_2,same (default ../shared/data/mqp/dev.csv)`

export async function rag(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      pairs: { type: 'string', default: '../shared/data/mqp/dev.csv' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  if (values.only !== undefined && values.only !== 'similar')
    throw new Error(`There is no suite '${values.only}'`)
  await similar(values.pairs)
}
