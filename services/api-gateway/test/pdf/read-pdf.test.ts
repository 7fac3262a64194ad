import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { GatewayErrorCode } from '#src/errors'
import { readPdf } from '#src/pdf/read-pdf'
import { type PdfFileOptions, type PrintedLine, paragraph, pdfFile, streamOf } from './pdf-file.js'

const headingsOf = async (pages: readonly (readonly PrintedLine[])[]) => {
  const { text, sections } = await readPdf(pdfFile(pages))
  return sections.map(({ heading, level, start, end }) => [level, heading, text.slice(start, end).trim()])
}

describe('text', () => {
  test('lines, paragraphs, and words that a line end divided', async () => {
    const { text } = await readPdf(
      pdfFile([
        [
          ...paragraph(
            700,
            'Hyper-',
            'tension is common. A beta-blocker slows the',
            'heart; some beta-',
            'blockers, and a beta-',
            'blocker (low',
            'dose), do more.',
          ),
          ...paragraph(590, 'A new paragraph, after 5-', '10 days.'),
        ],
      ]),
    )
    expect(text).toBe(
      'Hypertension\nis common. A beta-blocker slows the\nheart; some betablockers,\nand a beta-blocker\n(low\ndose), do more.' +
        '\n\nA new paragraph, after 5-\n10 days.',
    )
  })

  test('two columns stay columns', async () => {
    const right = paragraph(700, 'Right one', 'right two.').map(line => ({ ...line, x: 320 }))
    const { text } = await readPdf(pdfFile([[...paragraph(700, 'Left one', 'left two'), ...right]]))
    expect(text).toBe('Left one\nleft two\nRight one\nright two.')
  })

  test('a paragraph goes on on the next page', async () => {
    const heading = { text: 'Sepsis', y: 740, size: 18 }
    const { text } = await readPdf(
      pdfFile([
        [heading, ...paragraph(700, 'Give fluids', 'and anti-')],
        paragraph(700, 'biotics early.', 'Then look again.'),
      ]),
    )
    expect(text).toBe('Sepsis\n\nGive fluids\nand antibiotics\nearly.\nThen look again.')
  })

  test('page numbers and what every page repeats are left out, a repeated first sentence of some is not', async () => {
    const names = ['one', 'two', 'three', 'four', 'five']
    const pages = names.map((name, index) => [
      { text: `Guideline 2024 | Sepsis | ${index + 1}`, y: 770, size: 9 },
      ...paragraph(700, index < 1 ? 'See chapter 3.' : `On ${name}.`, `It says ${name}.`, 'More.'),
      { text: `Page ${index + 1} of 5`, y: 30, size: 9 },
      { text: '\u00a9 The Society', y: 20, size: 9 },
    ])
    const { text } = await readPdf(pdfFile(pages))
    expect(text).not.toMatch(/Guideline|Society|Page/)
    expect(text).toContain('See chapter 3.')
    for (const name of names) expect(text).toContain(`It says ${name}.`)
  })
})

describe('sections', () => {
  test('by headings that are larger, of several lines too, or bold and apart', async () => {
    const sections = await headingsOf([
      [
        { text: 'Management of atrial', y: 740, size: 20 },
        { text: 'fibrillation', y: 716, size: 20 },
        ...paragraph(680, 'An introduction to it', 'in two lines.'),
        { text: '1 Anticoagulation', y: 630, size: 14 },
        ...paragraph(605, 'Everybody with two points', 'and more.'),
        { text: 'Dosing in CKD', y: 560, bold: true },
        ...paragraph(546, 'Reduce the dose of', 'most of them.'),
        { text: 'Warning.', y: 518, bold: true },
        ...paragraph(504, 'No heading is above this.', 'Not here.'),
      ],
      [
        { text: '2 Rate control', y: 740, size: 14 },
        ...paragraph(700, 'Beta-blockers first.', 'Then digoxin.'),
      ],
    ])
    expect(sections).toEqual([
      [1, 'Management of atrial fibrillation', 'An introduction to it\nin two lines.'],
      [2, '1 Anticoagulation', 'Everybody with two points\nand more.'],
      [
        3,
        'Dosing in CKD',
        'Reduce the dose of\nmost of them.\nWarning.\nNo heading is above this.\nNot here.',
      ],
      [2, '2 Rate control', 'Beta-blockers first.\nThen digoxin.'],
    ])
  })

  test('one heading straight below another, and no line of a table of contents', async () => {
    const { text, sections } = await readPdf(
      pdfFile([
        [
          { text: 'Asthma', y: 740, size: 20 },
          { text: '1 Inhalers . . . . . . 7', y: 700, size: 14 },
          { text: '1 Inhalers', y: 660, size: 14 },
          ...paragraph(640, 'Use a spacer with most of them, at home too.'),
        ],
      ]),
    )
    expect(text).toBe(
      'Asthma\n\n1 Inhalers . . . . . . 7\n\n1 Inhalers\n\nUse a spacer with most of them, at home too.',
    )
    expect(sections.map(({ heading }) => heading)).toEqual(['Asthma', '1 Inhalers'])
  })

  test('numbered headings in large print are kept, though every page begins with one', async () => {
    const pages = [1, 2, 3].map(number => [
      { text: `Question ${number}`, y: 740, size: 16 },
      ...paragraph(700, `What is to be done in case ${'abc'[number - 1]} of these?`),
    ])
    expect((await headingsOf(pages)).map(([, heading]) => heading)).toEqual([
      'Question 1',
      'Question 2',
      'Question 3',
    ])
  })

  test('by pages where there is no heading', async () => {
    expect(await headingsOf([paragraph(700, 'One.'), [], paragraph(700, 'Three.')])).toEqual([
      [2, 'Page 1', 'One.'],
      [2, 'Page 3', 'Three.'],
    ])
  })

  test('a single page without a heading is one section without one', async () => {
    expect(await headingsOf([paragraph(700, 'One.')])).toEqual([[0, '', 'One.']])
  })
})

test.each([
  ['Sepsis: the first hour', 'Sepsis: the first hour'],
  ['Microsoft Word - sepsis_v3.doc', ''],
  ['sepsis_final.indd', ''],
  ['Untitled 1', ''],
  ['2024', ''],
  ['  ', ''],
])('a title %j in the metadata is taken as %j', async (given, title) => {
  const { title: read } = await readPdf(pdfFile([paragraph(700, 'Text.')], { info: { Title: given } }))
  expect(read).toBe(title)
})

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

test('2,000 pages are read', async () => {
  const { sections } = await readPdf(
    pdfFile(
      Array.from({ length: 2000 }, () => onePage[0]!.slice(0, 1)).map((lines, index) => [
        { ...lines[0]!, text: `Text ${'abcdefghij'[index % 10]}${index} of it.` },
      ]),
    ),
  )
  expect(sections).toHaveLength(2000)
}, 60_000)

/** A page 'Confidential dosing table.' by qpdf 11.3 --static-id, with the user password 'secret' or none. */
function encrypted(name: string): Promise<Buffer> {
  return readFile(new URL(`./encrypted/${name}.pdf`, import.meta.url))
}
