import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { embeddingText } from '@voiceassist/api-gateway/knowledge/embedding-text'
import { findFiles } from '@voiceassist/api-gateway/services/documents/find-files'
import { prepareDocument } from '@voiceassist/api-gateway/services/documents/prepare-document'

/** What an import of the folder embeds, in its order. */
export async function corpusTexts(folder: string): Promise<string[]> {
  const texts: string[] = []
  for (const path of (await findFiles([folder])).files) {
    const bytes = await readFile(path)
    try {
      const { title, chunks } = prepareDocument({ bytes, filename: basename(path) })
      texts.push(...chunks.map(({ heading, text }) => embeddingText({ title, heading, text })))
    } catch {
      // The import will report it.
    }
  }
  return texts
}
