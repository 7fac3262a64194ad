import { monitorEventLoopDelay } from 'node:perf_hooks'
import { tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { createBundledEmbedder } from '#src/embedding/bundled-embedder'
import type { Embedder } from '#src/embedding/embedder'
import { createDocumentsService } from '#src/services/documents/documents.service'

const documents = 4
const resolutionMs = 5

let database: OpenDatabase
let close: () => Promise<void>
let embedder: Embedder
/** Milliseconds that one worker needs for one passage: what the loop would wait if it waited on an embedding. */
let passageMs: number

beforeAll(async () => {
  const temporary = await tempDatabase({
    kind: 'pglite',
    embedder: { model: 'energetic-ai-use-lite-en', dimensions: 512 },
  })
  database = await temporary.open()
  embedder = createBundledEmbedder()
  close = async () => {
    await embedder.close()
    await database.close()
    await temporary.close()
  }
  await embedder.embed(['the model is loaded now'])
  const began = performance.now()
  await embedder.embed([passage(0), passage(1), passage(2), passage(3)])
  passageMs = ((performance.now() - began) / 4) * embedder.parallelism
})
afterAll(() => close())

function passage(number: number): string {
  const words = [
    'pressure',
    'glucose',
    'airway',
    'renal',
    'tablet',
    'dose',
    'pulse',
    'culture',
    'biopsy',
    'fluid',
  ]
  return `Passage ${number}. ${Array.from({ length: 170 }, (_, index) => words[(index * 7 + number) % words.length]).join(' ')}.`
}

async function importDocuments(using: Embedder, run: string): Promise<void> {
  const service = createDocumentsService({ db: database.db, embedder: using, maxDocumentBytes: 1 << 20 })
  await Promise.all(
    Array.from({ length: documents }, (_, index) => {
      const sections = Array.from(
        { length: 6 },
        (_, part) => `## Part ${part}\n\n${passage(index * 6 + part)}\n`,
      )
      return service.create(gatewayActor('test'), {
        bytes: Buffer.from(`# ${run} ${index}\n\n${sections.join('\n')}`),
        filename: `${run}-${index}.md`,
      })
    }),
  )
}

interface Watched {
  /** The longest that the event loop was held, in milliseconds. */
  readonly longestMs: number
  /** The share of the time that the event loop was at work, 0 to 1. */
  readonly busy: number
}

async function watch(work: () => Promise<void>): Promise<Watched> {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  const before = performance.eventLoopUtilization()
  delay.enable()
  await work()
  delay.disable()
  return { longestMs: delay.max / 1e6, busy: performance.eventLoopUtilization(before).utilization }
}

/** What the same import does to the loop when it waits on its embeddings. */
function onTheLoop(aside: Embedder): Embedder {
  return {
    ...aside,
    async embed(texts, options) {
      const vectors = await aside.embed(texts, options)
      const until = performance.now() + passageMs * texts.length
      while (performance.now() < until);
      return vectors
    },
  }
}

test('an import holds the event loop for a fraction of what it would if embeddings were computed there', {
  timeout: 240_000,
}, async () => {
  const waiting = await watch(() => importDocuments(onTheLoop(embedder), 'waiting'))
  const aside = await watch(() => importDocuments(embedder, 'aside'))
  console.log('event loop during an import:', { aside, waiting, passageMs })
  expect(aside.longestMs).toBeLessThan(waiting.longestMs / 2)
  expect(aside.busy).toBeLessThan(waiting.busy / 2)
})
