import { parseArgs } from 'node:util'
import { createBundledEmbedder } from '@voiceassist/api-gateway/embedding/bundled-embedder'
import { askQuestions } from './retrieval/ask-questions.js'
import { benchDatabase } from './retrieval/bench-database.js'
import { compareWithExact } from './retrieval/compare-with-exact.js'
import { readCorpus } from './retrieval/corpus.js'
import { embedderAlone } from './retrieval/embedder-alone.js'
import { measureImport } from './retrieval/measure-import.js'
import { say } from './retrieval/say.js'

const usage = `Usage: npm run bench -- retrieval [--data DIR] [--database URL]

Imports the documents of a folder into a database of its own, asks the questions beside them, and prints how often the
right document is found and how long everything takes.

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
    const imported = await measureImport(database, embedder, corpus)
    const alone = await embedderAlone(database, embedder)
    const ratio = (imported.seconds / alone.seconds).toFixed(2)
    say(`import against the embedder alone: ${ratio} (${alone.seconds.toFixed(1)} s)`)
    await askQuestions(database, embedder, corpus.questions)
    await compareWithExact(database)
  } finally {
    await database.close()
    await embedder.close()
  }
}
