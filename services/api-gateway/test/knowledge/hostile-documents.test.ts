import { expect, test } from 'vitest'
import { chunkDocument } from '#src/knowledge/chunk-document'
import type { TextFormat } from '#src/knowledge/document'
import { readText } from './document-files.js'

/** So long that a step whose time grows with the square of it runs into the time-out of the test. */
const length = 4 * 1024 * 1024
const filled = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)

test.each<[string, TextFormat, string]>([
  ['one word', 'md', filled('a')],
  ['white space', 'md', `${filled(' \n\t')}x`],
  ['full stops', 'txt', filled('. ')],
  ['abbreviations', 'txt', filled('e.g. ')],
  ['sentences without spaces', 'txt', filled('\u6f22\u3002')],
  ['marks on one letter', 'txt', `a${filled('\u0316\u0301')}`],
  ['list items', 'md', filled('- a\n')],
  ['fences', 'md', filled('```\n')],
  ['brackets', 'md', filled('[](')],
  ['angle brackets', 'html', filled('<')],
  ['open paragraphs', 'html', `${filled('<p>')}x`],
  ['an attribute without end', 'html', `x<a b="${filled('c')}`],
  ['entities', 'html', filled('&#')],
])('%s, millions of them', (_name, format, text) => {
  const document = readText(text, { format })
  const chunks = chunkDocument(document)
  expect(chunks.length).toBeGreaterThan(0)
  for (const chunk of chunks) expect(chunk.text.length).toBeLessThan(10_000)
})

test.each<[string, TextFormat, string]>([
  ['headings', 'md', '# a\n'],
  ['underlined headings', 'md', 'a\n=\n'],
  ['HTML headings', 'html', '<h1>a</h1>'],
  ['nested elements', 'html', '<b>a'],
])('%s without end are refused', (_name, format, unit) => {
  expect(() => readText(filled(unit), { format })).toThrowError(
    expect.objectContaining({ code: 'DOCUMENT_UNREADABLE' }),
  )
})
