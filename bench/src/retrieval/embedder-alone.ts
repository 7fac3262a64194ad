import type { OpenDatabase } from '@voiceassist/api-gateway/db/open-database'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { embeddingText } from '@voiceassist/api-gateway/knowledge/embedding-text'
import { embedTexts } from '@voiceassist/api-gateway/services/embed-texts'
import { sayProgress } from './say.js'

/** How long the embedder takes for the same passages when nothing else is to be done, with as many workers. */
export async function embedderAlone(
  { pool }: OpenDatabase,
  embedder: Embedder,
): Promise<{ readonly seconds: number }> {
  const { rows } = await pool.query<{ title: string; heading: string; text: string }>(
    `select d.title, c.heading, c.content as text from kb_chunks c join kb_documents d on d.id = c.document_id
     order by d.id, c.position`,
  )
  const texts = rows.map(embeddingText)
  const startedAt = performance.now()
  await embedTexts(embedder, texts, {
    onProgress: ({ embedded, chunks }) => sayProgress(`embedder alone: ${embedded} of ${chunks} passages`),
  })
  sayProgress('')
  return { seconds: (performance.now() - startedAt) / 1000 }
}
