import { GatewayError } from '../errors.js'

const magic: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['ZIP archive or Office document', [0x50, 0x4b, 0x03, 0x04]],
  ['older Office document', [0xd0, 0xcf, 0x11, 0xe0]],
  ['RTF', [0x7b, 0x5c, 0x72, 0x74, 0x66]],
  ['gzip archive', [0x1f, 0x8b]],
  ['PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG image', [0xff, 0xd8, 0xff]],
  ['GIF image', [0x47, 0x49, 0x46, 0x38]],
]

const remedy = 'Import a PDF (.pdf), or Markdown (.md), plain text (.txt) or HTML (.html) encoded as UTF-8'

/**
 * The text of a file in UTF-8, or in UTF-16 when a byte order mark says so; without the mark.
 * @throws GatewayError UNSUPPORTED_FORMAT for a binary file, DOCUMENT_UNREADABLE for a broken encoding.
 */
export function decodeBytes(bytes: Uint8Array): string {
  const known = magic.find(([, start]) => start.every((byte, index) => bytes[index] === byte))
  if (known)
    throw new GatewayError('UNSUPPORTED_FORMAT', `The file is a ${known[0]}`, { field: 'file', remedy })
  const encoding = encodingOf(bytes)
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    const message = `The file is not valid ${encoding.toUpperCase()}`
    throw new GatewayError('DOCUMENT_UNREADABLE', message, { field: 'file', remedy, cause })
  }
  if (text.includes('\0')) {
    throw new GatewayError('UNSUPPORTED_FORMAT', 'The file is binary: it holds NUL characters', {
      field: 'file',
      remedy,
    })
  }
  return text
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}
