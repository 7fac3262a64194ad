import { extname } from 'node:path'
import { GatewayError } from '../errors.js'
import type { DocumentFormat, TextFormat } from './document.js'

const formatOfExtension: Readonly<Record<string, DocumentFormat>> = {
  '.md': 'md',
  '.markdown': 'md',
  '.txt': 'txt',
  '.text': 'txt',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.pdf': 'pdf',
}

/** A PDF may have its mark behind up to 1,024 other bytes. */
const pdfMark = '%PDF-'
const pdfMarkWithin = 1024

/** Whether a file is a PDF: by its first bytes, by its extension, or by a mark further on under a name of no text format. */
export function isPdf(bytes: Uint8Array, filename?: string): boolean {
  const format = formatOfExtension[extname(filename ?? '').toLowerCase()]
  if (format === 'pdf') return true
  const beginning = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, pdfMarkWithin))
  const at = beginning.indexOf(pdfMark, 'latin1')
  return at === 0 || (at > 0 && format === undefined)
}

/**
 * The format of a text by its file name and its beginning. A complete HTML page is HTML under any name.
 * @throws GatewayError UNSUPPORTED_FORMAT for a file name extension of another format.
 */
export function detectFormat(text: string, filename?: string): TextFormat {
  const beginning = text.slice(0, 1024).trimStart()
  if (/^(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)[\s>]/i.test(beginning)) return 'html'
  const extension = extname(filename ?? '').toLowerCase()
  if (extension === '') return /^(?:---\s*\n|#{1,6} )/.test(beginning) ? 'md' : 'txt'
  const format = formatOfExtension[extension]
  if (!format || format === 'pdf') {
    throw new GatewayError('UNSUPPORTED_FORMAT', `Files named ${extension.slice(0, 20)} are not supported`, {
      field: 'file',
      remedy: `Supported are ${Object.keys(formatOfExtension).join(', ')}`,
    })
  }
  return format
}
