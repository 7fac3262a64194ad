import { parseArgs } from 'node:util'
import { machine, say } from './common/say.js'
import { costOfAChunk, shareDropped, underChurn } from './rag/changes.js'
import { readPassages } from './rag/passages.js'
import { recallByPrecision } from './rag/precision.js'
import { similar } from './rag/similar.js'

const usage = `Usage: npm run bench -- rag [--only changes|similar] [--full] [--pairs FILE] [--data DIR]

What the cache of retrieval is worth: changes, what exact invalidation keeps and costs, and what stored vectors of fewer
bits lose; similar, the reuse of a similar question's result.

  --only SUITE   changes or similar
  --full         changes on all documents, with the searches that docs/rag-cache.md tells of: many minutes
  --pairs FILE   CSV of labelled pairs: question_1,question_2,same (default ../shared/data/mqp/dev.csv)
  --data DIR     holds documents/ and questions.jsonl (default ../shared/data/medquad)`

export async function rag(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      pairs: { type: 'string', default: '../shared/data/mqp/dev.csv' },
      data: { type: 'string', default: '../shared/data/medquad' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { only } = values
  if (only !== undefined && only !== 'similar' && only !== 'changes')
    throw new Error(`There is no suite '${only}'`)
  if (only !== 'similar') await changes(values.data, values.full ? full : quick)
  if (only !== 'changes') await similar(values.pairs)
}

interface Sizes {
  /** Of the documents one in so many. */
  readonly every: number
  readonly searches: number
  readonly steps: number
}

const full: Sizes = { every: 1, searches: 4000, steps: 60 }
const quick: Sizes = { every: 4, searches: 1000, steps: 20 }

async function changes(data: string, { every, searches, steps }: Sizes): Promise<void> {
  say(machine())
  await costOfAChunk()
  const passages = await readPassages(data, every)
  const { documents, questions } = passages
  const chunks = [...documents.values()].flat().length
  say(`${questions.length} questions over ${documents.size} documents, ${chunks} chunks`)
  await recallByPrecision(passages)
  await underChurn(passages, searches)
  await shareDropped(passages, steps)
}
