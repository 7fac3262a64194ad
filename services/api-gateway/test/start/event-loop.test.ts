import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenDatabase } from '#src/db/open-database'
import { createBundledEmbedder } from '#src/embedding/bundled-embedder'
import type { Embedder } from '#src/embedding/embedder'
import { createDocumentsService } from '#src/services/documents.service'

const documents = 8
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
      return service.create({
        bytes: Buffer.from(`# ${run} ${index}\n\n${sections.join('\n')}`),
        filename: `${run}-${index}.md`,
      })
    }),
  )
}

async function delayDuring(work: () => Promise<void>): Promise<IntervalHistogram> {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  await work()
  delay.disable()
  return delay
}

const p99Ms = (delay: IntervalHistogram) => delay.percentile(99) / 1e6

test('during an import the event loop is never held for as long as one embedding takes', async () => {
  const delay = await delayDuring(() => importDocuments(embedder, 'aside'))
  expect(p99Ms(delay)).toBeLessThan(passageMs)
})

test('the measure shows an embedder that computes on the event loop', async () => {
  const blocking: Embedder = {
    ...embedder,
    async embed(texts, options) {
      const vectors = await embedder.embed(texts, options)
      const until = performance.now() + passageMs
      while (performance.now() < until);
      return vectors
    },
  }
  const delay = await delayDuring(() => importDocuments(blocking, 'blocking'))
  expect(p99Ms(delay)).toBeGreaterThanOrEqual(passageMs)
})
