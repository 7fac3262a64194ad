import { GatewayError } from '../errors.js'
import type { DocumentSection, ReadDocument } from './document.js'
import { sentenceSpans } from './sentence-spans.js'
import { countWords, wordSlices } from './words.js'

export interface Chunk {
  /** Counted from 0 over the document. */
  readonly position: number
  /** The headings above it, outermost first, joined by ' > '; without a first heading that repeats the title. */
  readonly heading: string
  /** `document.text.slice(start, end)`, offsets in UTF-16 code units. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly wordCount: number
}

export interface ChunkOptions {
  /** Most words of a chunk. Default 180. */
  readonly maxWords?: number
}

/**
 * Cuts a document into passages that never cross a heading and end with a sentence, where a sentence is not too long
 * by itself. Together they cover each character of the sections' bodies once, white space between them excepted.
 * A document of headings alone is cut as if they were its text.
 * @throws GatewayError DOCUMENT_UNREADABLE when it holds no text at all.
 */
export function chunkDocument(document: ReadDocument, { maxWords = 180 }: ChunkOptions = {}): Chunk[] {
  const chunks: Chunk[] = []
  const path: DocumentSection[] = []
  for (const section of document.sections) {
    while (path.length > 0 && path.at(-1)!.level >= section.level) path.pop()
    const headings = [...path, section].map(({ heading }) => heading).filter(heading => heading !== '')
    if (headings[0] === document.title) headings.shift()
    addChunks(chunks, document.text, section, headings.join(' > '), maxWords)
    if (section.level > 0) path.push(section)
  }
  if (chunks.length === 0)
    addChunks(chunks, document.text, { start: 0, end: document.text.length }, '', maxWords)
  if (chunks.length === 0) {
    throw new GatewayError('DOCUMENT_UNREADABLE', 'The document holds no text', { field: 'file' })
  }
  return chunks
}

function addChunks(
  chunks: Chunk[],
  text: string,
  { start, end }: { start: number; end: number },
  heading: string,
  maxWords: number,
): void {
  for (const passage of passages(text, start, end, maxWords)) {
    const body = text.slice(passage.start, passage.end)
    chunks.push({ position: chunks.length, heading, text: body, ...passage, wordCount: countWords(body) })
  }
}

/**
 * Packs sentences. A passage that comes to its limit within a paragraph ends before that paragraph, if it is at least
 * half full by then.
 */
function* passages(text: string, start: number, end: number, maxWords: number) {
  let open: { start: number; end: number; words: number } | undefined
  // The last paragraph of the open passage, and what of the passage is before it.
  let turn: { start: number; endBefore: number; wordsBefore: number } | undefined
  for (const sentence of sentenceSpans(text, start, end)) {
    let { opensParagraph } = sentence
    for (const piece of wordSlices(text, sentence.start, sentence.end, maxWords)) {
      const isOver = () => open !== undefined && open.words + piece.words > maxWords
      if (open && isOver() && !opensParagraph && turn && turn.wordsBefore * 2 >= maxWords) {
        yield { start: open.start, end: turn.endBefore }
        open = { start: turn.start, end: open.end, words: open.words - turn.wordsBefore }
        turn = undefined
      }
      if (open && isOver()) {
        yield { start: open.start, end: open.end }
        open = undefined
      }
      if (!open) turn = undefined
      else if (opensParagraph) turn = { start: piece.start, endBefore: open.end, wordsBefore: open.words }
      open = { start: open?.start ?? piece.start, end: piece.end, words: (open?.words ?? 0) + piece.words }
      opensParagraph = false
    }
  }
  if (open) yield { start: open.start, end: open.end }
}
