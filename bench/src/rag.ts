import { parseArgs } from 'node:util'
import { machine, say } from './common/say.js'
import { costOfAChunk, shareDropped, underChurn } from './rag/changes.js'
import { readPassages } from './rag/passages.js'
import { recallByPrecision } from './rag/precision.js'
import { similar } from './rag/similar.js'

const usage = `Usage: npm run bench -- rag [--only changes|similar] [--pairs FILE] [--data DIR]

What the cache of retrieval is worth: changes, what exact invalidation keeps and costs, and what stored vectors of fewer
bits lose; similar, the reuse of a similar question's result.

  --only SUITE   changes or similar
  --pairs FILE   CSV of labelled pairs: question_1,question_2,same (default ../shared/data/mqp/dev.csv)
  --data DIR     holds documents/ and questions.jsonl (default ../shared/data/medquad)`

export async function rag(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      pairs: { type: 'string', default: '../shared/data/mqp/dev.csv' },
      data: { type: 'string', default: '../shared/data/medquad' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { only } = values
  if (only !== undefined && only !== 'similar' && only !== 'changes')
    throw new Error(`There is no suite '${only}'`)
  if (only !== 'similar') await changes(values.data)
  if (only !== 'changes') await similar(values.pairs)
}

async function changes(data: string): Promise<void> {
  say(machine())
  const passages = await readPassages(data)
  await costOfAChunk()
  await recallByPrecision(passages)
  await underChurn(passages)
  await shareDropped(passages)
}
