import { GatewayError } from '../errors.js'
import type { DocumentSection, ReadDocument } from './document.js'
import { type Span, sentenceSpans } from './sentence-spans.js'
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

/** Packs sentences; a paragraph that does not fit begins a new passage when the current one is at least half full. */
function* passages(text: string, start: number, end: number, maxWords: number) {
  const sentences = [...sentenceSpans(text, start, end)].flatMap(span => [...pieces(text, span, maxWords)])
  let open: { start: number; end: number; words: number } | undefined
  for (const [index, piece] of sentences.entries()) {
    if (open) {
      const breaksHere =
        open.words + piece.words > maxWords ||
        (piece.opensParagraph &&
          open.words * 2 >= maxWords &&
          open.words + paragraphWords(sentences, index, maxWords) > maxWords)
      if (!breaksHere) {
        open.end = piece.end
        open.words += piece.words
        continue
      }
      yield { start: open.start, end: open.end }
    }
    open = { start: piece.start, end: piece.end, words: piece.words }
  }
  if (open) yield { start: open.start, end: open.end }
}

interface Piece extends Span {
  readonly words: number
}

/** A sentence as one piece, or cut at words when it is longer than a passage may be. */
function* pieces(text: string, span: Span, maxWords: number): Generator<Piece> {
  let opensParagraph = span.opensParagraph
  for (const slice of wordSlices(text, span.start, span.end, maxWords)) {
    yield { ...slice, opensParagraph }
    opensParagraph = false
  }
}

/** Words of the paragraph that begins at `index`; stops counting above `limit`. */
function paragraphWords(sentences: readonly Piece[], index: number, limit: number): number {
  let words = sentences[index]!.words
  for (let next = index + 1; next < sentences.length && words <= limit; next += 1) {
    if (sentences[next]!.opensParagraph) break
    words += sentences[next]!.words
  }
  return words
}
