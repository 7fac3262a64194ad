import { describe, expect, test } from 'vitest'
import { readPdf } from '#src/pdf/read-pdf'
import { type PrintedLine, paragraph, pdfFile } from './pdf-file.js'

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

test('2,000 pages are read', async () => {
  const letter = (index: number) => 'abcdefghij'[index % 10]
  const pages = Array.from({ length: 2000 }, (_, index) =>
    paragraph(700, `Text ${letter(index)}${index} of it.`),
  )
  expect((await readPdf(pdfFile(pages))).sections).toHaveLength(2000)
}, 60_000)
