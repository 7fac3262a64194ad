import { parseArgs } from 'node:util'
import type { Figure } from './cache/figure.js'
import { isMet, sayFigures, writeReport } from './cache/report.js'
import { machine, say } from './common/say.js'
import { approximate } from './rag/approximate.js'
import { costOfAChunk, shareDropped, underChurn } from './rag/changes.js'
import { http } from './rag/http.js'
import { readPassages } from './rag/passages.js'
import { recallByPrecision } from './rag/precision.js'
import { similar } from './rag/similar.js'

const usage = `Usage: npm run bench -- rag [--only SUITE] [--full] [--pairs FILE] [--data DIR] [--output FILE]

What the cache of retrieval is worth. Ends with 1 when a figure misses its goal.

  --only SUITE   changes: what exact invalidation keeps and costs, and what stored vectors of fewer bits lose;
                 similar: the reuse of a similar question's result;
                 http: a cached search through the gateway beside the same one uncached, and how often one is cached;
                 approximate: what changes drop needlessly over PostgreSQL's approximate vector index
  --full         changes on all documents, with the searches that docs/rag-cache.md tells of: many minutes; approximate
                 with more questions
  --pairs FILE   CSV of labelled pairs: question_1,question_2,same (default ../shared/data/mqp/dev.csv)
  --data DIR     holds documents/ and questions.jsonl (default ../shared/data/medquad)
  --output FILE  where the figures go (default bench/results/rag.json; with --only: nowhere)`

interface Options {
  readonly full: boolean
  readonly pairs: string
  readonly data: string
}

const suites = {
  changes: ({ data, full }) => changes(data, full ? fullSizes : quickSizes),
  similar: async ({ pairs }) => {
    await similar(pairs) // prints curves
    return []
  },
  http: ({ data }) => http(data),
  approximate: ({ data, full }) => approximate(data, { questions: full ? 400 : 150, changes: 100 }),
} satisfies Record<string, (options: Options) => Promise<Figure[]>>

export async function rag(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      pairs: { type: 'string', default: '../shared/data/mqp/dev.csv' },
      data: { type: 'string', default: '../shared/data/medquad' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const { only, full } = values
  if (only !== undefined && !Object.hasOwn(suites, only)) throw new Error(`There is no suite '${only}'`)
  say(machine())
  const measured: Record<string, Figure[]> = {}
  for (const [name, measure] of Object.entries(suites)) {
    if (only !== undefined && only !== name) continue
    const figures = await measure(values)
    if (figures.length === 0) continue
    measured[name] = figures
    sayFigures(name, figures)
  }
  const output = values.output ?? (only === undefined ? 'bench/results/rag.json' : undefined)
  if (output) await writeReport(output, measured, { full }, [])
  const missed = Object.values(measured)
    .flat()
    .filter(({ value, goal }) => goal && !isMet(value, goal))
  if (missed.length > 0)
    throw new Error(`${missed.length} figures miss their goal: ${missed.map(({ name }) => name).join('; ')}`)
}

interface Sizes {
  /** Of the documents one in so many. */
  readonly every: number
  readonly searches: number
  readonly steps: number
}

const fullSizes: Sizes = { every: 1, searches: 4000, steps: 60 }
const quickSizes: Sizes = { every: 4, searches: 1000, steps: 20 }

async function changes(data: string, { every, searches, steps }: Sizes): Promise<Figure[]> {
  const cost = await costOfAChunk()
  const passages = await readPassages(data, every)
  const { documents, questions } = passages
  const chunks = [...documents.values()].flat().length
  say(`${questions.length} questions over ${documents.size} documents, ${chunks} chunks`)
  return [
    cost,
    ...(await recallByPrecision(passages)),
    ...(await underChurn(passages, searches)),
    ...(await shareDropped(passages, steps)),
  ]
}
