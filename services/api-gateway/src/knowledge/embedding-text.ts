export interface ChunkContext {
  readonly title: string
  /** The path of headings, as `chunkDocument` gives it. */
  readonly heading: string
  readonly text: string
}

/** What is embedded for a chunk: title and heading in front, since a passage rarely repeats what it is about. */
export function embeddingText({ title, heading, text }: ChunkContext): string {
  return [title, heading, text].filter(part => part !== '').join('\n')
}
