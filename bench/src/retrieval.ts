import { parseArgs } from 'node:util'
import { createBundledEmbedder } from '@voiceassist/api-gateway/embedding/bundled-embedder'
import { benchDatabase } from './common/bench-database.js'
import { holdToLimits } from './common/limits.js'
import { say } from './common/say.js'
import type { Taken } from './common/stopwatch.js'
import { askQuestions } from './retrieval/ask-questions.js'
import { compareWithExact } from './retrieval/compare-with-exact.js'
import { readCorpus } from './retrieval/corpus.js'
import { corpusTexts } from './retrieval/corpus-texts.js'
import { embedderAlone } from './retrieval/embedder-alone.js'
import { measureImport } from './retrieval/measure-import.js'
import { retrievalLimits } from './retrieval/retrieval-limits.js'

const usage = `Usage: npm run bench -- retrieval [--data DIR] [--database URL]

Imports the documents of a folder into a database of its own, asks the questions beside them, and prints how often the
right document is found and how long everything takes. Ends with 1 when a figure is beyond its limit.

  --data DIR       holds documents/ and questions.jsonl, one {"question", "document"} a line; "document" is a file's
                   name without its extension (default ../shared/data/medquad)
  --database URL   a PostgreSQL server on which a database is made and dropped again; absent: the embedded one`

/** The whole way from files to hits, with the embedder that a user gets. */
export async function retrieval(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', default: '../shared/data/medquad' },
      database: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(usage)
  const corpus = await readCorpus(values.data)
  const embedder = createBundledEmbedder()
  const database = await benchDatabase(values.database, embedder)
  try {
    say(`${corpus.folder}: ${corpus.questions.length} questions; ${database.description}`)
    await embedder.embed(Array.from({ length: embedder.parallelism * 2 }, () => 'warm up')) // loads the model
    // The embedder alone before and after, half of the texts each: the machine may become slower or faster meanwhile.
    const texts = await corpusTexts(corpus.documents)
    const before = await embedderAlone(embedder, texts.filter(isEven))
    const imported = await measureImport(database, embedder, corpus)
    const after = await embedderAlone(embedder, texts.filter(isOdd))
    const ratio = (of: (taken: Taken) => number) => of(imported) / (of(before) + of(after))
    const timeRatio = ratio(taken => taken.seconds)
    say(
      `import against the embedder alone, half of the passages before and half after: ${timeRatio.toFixed(2)} of its time, ${ratio(taken => taken.processorSeconds).toFixed(2)} of its processor time`,
    )
    const recall = await askQuestions(database, embedder, corpus.questions)
    holdToLimits('retrieval', retrievalLimits, {
      'recall at 1': recall[1],
      'recall at 5': recall[5],
      'recall of the vector index at 5': await compareWithExact(database),
      'time of the import over that of the embedder alone': timeRatio,
    })
  } finally {
    await database.close()
    await embedder.close()
  }
}

const isEven = (_: unknown, index: number) => index % 2 === 0
const isOdd = (_: unknown, index: number) => index % 2 === 1
