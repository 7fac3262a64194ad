import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { GatewayErrorCode } from '#src/errors'
import { readPdf } from '#src/pdf/read-pdf'
import { type PdfFileOptions, paragraph, pdfFile, streamOf } from './pdf-file.js'

const image = streamOf({
  entries: '/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8',
  bytes: Buffer.from([0x7f]),
})
const withTree = (tree: string): PdfFileOptions => ({
  change: objects => {
    objects[1] = Buffer.from(tree)
  },
})
const onePage = [paragraph(700, 'Some text of one page.')]
const good = pdfFile(onePage)

describe('a file that is refused', () => {
  test.each<[string, Buffer, GatewayErrorCode, string]>([
    [
      'garbage after the mark',
      Buffer.from(`%PDF-1.7\n${'garbage '.repeat(500)}`),
      'DOCUMENT_UNREADABLE',
      'broken',
    ],
    ['the mark alone', Buffer.from('%PDF-1.7\n'), 'DOCUMENT_UNREADABLE', 'broken'],
    ['nothing', Buffer.alloc(0), 'DOCUMENT_UNREADABLE', 'broken'],
    ['a file cut off', good.subarray(0, good.length * 0.6), 'DOCUMENT_UNREADABLE', 'broken'],
    [
      'a page tree that is its own child',
      pdfFile(onePage, withTree('<< /Type /Pages /Count 1 /Kids [2 0 R] >>')),
      'DOCUMENT_UNREADABLE',
      'broken',
    ],
    [
      'a page tree with a loop beside a page',
      pdfFile(onePage, withTree('<< /Type /Pages /Count 3 /Kids [6 0 R 2 0 R 2 0 R] >>')),
      'DOCUMENT_UNREADABLE',
      'broken',
    ],
    [
      'a page that is a picture',
      pdfFile([[]], {
        stream: { entries: '', bytes: Buffer.from('q 612 0 0 792 0 0 cm /I Do Q') },
        change: objects => {
          objects[5] = Buffer.from(
            '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 7 0 R /Resources << /XObject << /I 8 0 R >> >> >>',
          )
          objects.push(Buffer.from(image, 'latin1'))
        },
      }),
      'DOCUMENT_SCANNED',
      'no text',
    ],
    [
      '3,000 pages',
      pdfFile(Array.from({ length: 3000 }, () => onePage[0]!)),
      'DOCUMENT_TOO_COMPLEX',
      '3000 pages, more than the 2000',
    ],
    [
      'a page of millions of pieces',
      pdfFile([[]], {
        stream: {
          entries: '/Filter /FlateDecode',
          bytes: deflateSync(
            `BT /F1 11 Tf ${'1 0 0 1 72 700 Tm (a) Tj 1 0 0 1 90 600 Tm (b) Tj '.repeat(300_000)}`,
          ),
        },
      }),
      'DOCUMENT_TOO_COMPLEX',
      '500000 pieces',
    ],
  ])('%s', async (_name, bytes, code, message) => {
    await expect(readPdf(bytes)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test.each(['rc4', 'aes-256'])('one that needs a password (%s)', async name => {
    await expect(readPdf(await encrypted(name))).rejects.toMatchObject({
      code: 'DOCUMENT_ENCRYPTED',
      status: 422,
      remedy: expect.stringContaining('without a password'),
    })
  })
})

test('a password that only guards against changes is no hindrance', async () => {
  expect((await readPdf(await encrypted('owner-password-only'))).text).toBe('Confidential dosing table.')
})

/** A page 'Confidential dosing table.' by qpdf 11.3 --static-id, with the user password 'secret' or none. */
function encrypted(name: string): Promise<Buffer> {
  return readFile(new URL(`./encrypted/${name}.pdf`, import.meta.url))
}
