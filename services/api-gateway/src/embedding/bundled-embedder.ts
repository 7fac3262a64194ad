import { availableParallelism, totalmem } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Embedder } from './embedder.js'
import { TextWorkerPool } from './text-worker-pool.js'

/** Resident memory of one worker with the model loaded. */
const workerBytes = 256 * 1024 * 1024

/** Texts are cut here before they cross to a worker; the model reads 128 word pieces, of at most 16 characters. */
const maxTextLength = 8192

/**
 * The English Universal Sentence Encoder (lite) that comes as package data, on worker threads that start with the first
 * text. It reads the first 128 word pieces of a text, which is some 90 words.
 */
export function createBundledEmbedder({ workers = defaultWorkers() }: { workers?: number } = {}): Embedder {
  const pool = new TextWorkerPool({
    size: workers,
    spawn: () => new Worker(new URL('./bundled-embedder-worker.js', import.meta.url), { name: 'embedder' }),
  })
  return {
    model: 'energetic-ai-use-lite-en',
    dimensions: 512,
    parallelism: workers,
    embed: (texts, options) =>
      pool.run(
        texts.map(text => text.slice(0, maxTextLength)),
        options,
      ),
    close: () => pool.close(),
  }
}

/** One for each core, as far as half of the memory holds them. */
function defaultWorkers(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / 2 / workerBytes)))
}
