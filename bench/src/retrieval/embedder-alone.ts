import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { embedTexts } from '@voiceassist/api-gateway/services/documents/embed-texts'
import { sayProgress } from '../common/say.js'
import { startStopwatch, type Taken } from '../common/stopwatch.js'

/** What the embedder takes for texts when nothing else is to be done, with as many workers. */
export async function embedderAlone(embedder: Embedder, texts: readonly string[]): Promise<Taken> {
  const taken = startStopwatch()
  await embedTexts(embedder, texts, {
    onProgress: ({ embedded, chunks }) => sayProgress(`embedder alone: ${embedded} of ${chunks} passages`),
  })
  sayProgress('')
  return taken()
}
