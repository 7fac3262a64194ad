import { GatewayError } from '../errors.js'
import type { PdfText } from '../knowledge/document.js'
import { pageLines } from './page-lines.js'
import type { PdfLine, PdfRun } from './pdf-line.js'
import { pdfText } from './pdf-text.js'
import { pdfTitle } from './pdf-title.js'

export const maxPages = 2_000
/** In UTF-16 code units; a thick textbook has five million. */
export const maxTextLength = 10_000_000
/** Runs of text on a page; a dense one has some thousands. */
const maxRuns = 500_000

/**
 * Reads a PDF in this process. It is for processes that may be lost: what it takes of time and memory is up to the file.
 * @throws GatewayError DOCUMENT_ENCRYPTED, DOCUMENT_SCANNED, DOCUMENT_UNREADABLE or DOCUMENT_TOO_COMPLEX
 */
export async function readPdf(bytes: Uint8Array): Promise<PdfText> {
  const library = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const loading = library.getDocument({
    // The library refuses a Buffer, and keeps what it is given.
    data: Uint8Array.from(bytes),
    verbosity: library.VerbosityLevel.ERRORS,
    stopAtErrors: true,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    useWorkerFetch: false,
    enableXfa: false,
  })
  try {
    const document = await loading.promise
    if (document.numPages > maxPages)
      throw tooComplex(`has ${document.numPages} pages, more than the ${maxPages} that are read`)
    const lines: PdfLine[] = []
    let length = 0
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number)
      for (const line of pageLines(await runsOf(page), number)) {
        length += line.text.length
        if (length > maxTextLength) throw tooComplex(`holds more than ${maxTextLength} characters of text`)
        lines.push(line)
      }
      page.cleanup()
    }
    const { text, sections } = pdfText(lines, document.numPages)
    if (text.trim() === '') throw scanned()
    return { title: await titleOf(document), text, sections }
  } catch (error) {
    throw error instanceof GatewayError ? error : codedError(error)
  }
}

interface PageLike {
  streamTextContent(): ReadableStream
}

async function runsOf(page: PageLike): Promise<PdfRun[]> {
  const runs: PdfRun[] = []
  // In pieces, so that a page of millions of runs is refused before it is held.
  for await (const { items } of page.streamTextContent() as AsyncIterable<{ items: TextItem[] }>) {
    for (const { str, transform, fontName, hasEOL } of items) {
      const [, , c = 0, d = 0, , y = 0] = transform
      runs.push({ text: str, y, size: Math.hypot(c, d), font: fontName, endsLine: hasEOL })
    }
    if (runs.length > maxRuns) throw tooComplex(`has a page of more than ${maxRuns} pieces of text`)
  }
  return runs
}

interface TextItem {
  readonly str: string
  readonly transform: readonly number[]
  readonly fontName: string
  readonly hasEOL: boolean
}

async function titleOf(document: {
  getMetadata(): Promise<{ info: object; metadata: { get(name: string): unknown } | null }>
}): Promise<string> {
  // Broken metadata is no reason to refuse a text that was read.
  const found = await document.getMetadata().catch(() => undefined)
  return (
    pdfTitle((found?.info as { Title?: unknown } | undefined)?.Title) ||
    pdfTitle(found?.metadata?.get('dc:title'))
  )
}

function codedError(error: unknown): GatewayError {
  const { name } = error as Error
  if (name === 'PasswordException')
    return new GatewayError('DOCUMENT_ENCRYPTED', 'The PDF cannot be opened without its password', {
      field: 'file',
      remedy: 'Save it without a password, for instance with qpdf --decrypt, and send that file',
    })
  return new GatewayError('DOCUMENT_UNREADABLE', 'The PDF is broken', {
    field: 'file',
    remedy: 'Repair it by opening and saving it in a PDF program, or send the original',
    cause: error,
  })
}

function scanned(): GatewayError {
  return new GatewayError('DOCUMENT_SCANNED', 'The PDF holds no text, only pictures of its pages', {
    field: 'file',
    remedy: 'Run text recognition (OCR) on it first, for instance with ocrmypdf, and send its result',
  })
}

function tooComplex(what: string): GatewayError {
  return new GatewayError('DOCUMENT_TOO_COMPLEX', `The PDF ${what}`, { field: 'file', remedy: 'Divide it' })
}
