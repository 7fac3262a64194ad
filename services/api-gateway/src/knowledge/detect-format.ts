import { extname } from 'node:path'
import { GatewayError } from '../errors.js'
import type { DocumentFormat } from './document.js'

const formatOfExtension: Readonly<Record<string, DocumentFormat>> = {
  '.md': 'md',
  '.markdown': 'md',
  '.txt': 'txt',
  '.text': 'txt',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
}

/**
 * The format of a text by its file name and its beginning. A complete HTML page is HTML under any name.
 * @throws GatewayError UNSUPPORTED_FORMAT for a file name extension of another format.
 */
export function detectFormat(text: string, filename?: string): DocumentFormat {
  const beginning = text.slice(0, 1024).trimStart()
  if (/^(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)[\s>]/i.test(beginning)) return 'html'
  const extension = extname(filename ?? '').toLowerCase()
  if (extension === '') return /^(?:---\s*\n|#{1,6} )/.test(beginning) ? 'md' : 'txt'
  const format = formatOfExtension[extension]
  if (!format) {
    throw new GatewayError('UNSUPPORTED_FORMAT', `Files named ${extension.slice(0, 20)} are not supported`, {
      field: 'file',
      remedy: `Supported are ${Object.keys(formatOfExtension).join(', ')}`,
    })
  }
  return format
}
