import { describe, expect, test } from 'vitest'
import { readText } from './document-files.js'

const md = { filename: 'file.md' }

describe('front matter', () => {
  test('gives title, source and metadata, and is no text', () => {
    const read = readText(
      '---\r\ntitle: T\r\nsource: NHLBI\r\nyear: 2019\nreviewed: true\nurl: http://x/y\nnote: "a\\0b"\nempty:\ntags: [a]\n---\r\nText\r\n',
      md,
    )
    expect(read).toMatchObject({ title: 'T', sourceType: 'NHLBI', text: 'Text\n' })
    expect(read.metadata).toEqual({ year: 2019, reviewed: true, url: 'http://x/y', note: 'ab' })
  })

  test('numbers that JSON lacks become text, and a key may be called anything', () => {
    const { metadata } = readText('---\nlimit: .inf\n__proto__: x\n1: y\n---\nText', md)
    expect(Object.entries(metadata)).toEqual([
      ['1', 'y'],
      ['limit', 'Infinity'],
      ['__proto__', 'x'],
    ])
  })

  test('has no place in plain text', () => {
    expect(readText('---\ntitle: T\n---\nText', { filename: 'a.txt' }).text).toContain('title: T')
  })

  test.each(['---\n\nText\n', '---\nText\n---\n', '---\n- [a\n---\nText'])(
    'a rule at the beginning is none: %j',
    text => {
      expect(readText(text, md)).toMatchObject({ text, metadata: {} })
    },
  )

  test('may be empty, or begin with a comment', () => {
    expect(readText('---\n---\nText', md).text).toBe('Text')
    expect(readText('---\n# from a CMS\n\n"title": T\n...\nText', md)).toMatchObject({
      title: 'T',
      text: 'Text',
    })
  })

  test.each([
    ['a bracket left open', '---\ntitle: T\nlist: [a\nb: c\n---\nText', /line [345]/],
    ['a key given twice', '---\ntitle: T\n\ntitle: U\n---\nText', /line 4/],
    ['no end', '---\ntitle: T\nText', /not closed.*line 1/],
    ['nested without end', `---\na: ${'['.repeat(12_000)}\n---\nText`, /line/],
    ['nested too deep', `---\na: ${'['.repeat(40)}${']'.repeat(40)}\n---\nText`, /deeper than 32/],
    ['aliases', `---\na: &a [x]\n${'b: *a\n'.repeat(3)}---\nText`, /line/],
  ])('%s is an error with its line', (_name, text, message) => {
    expect(() => readText(text, md)).toThrowError(
      expect.objectContaining({ code: 'DOCUMENT_UNREADABLE', message: expect.stringMatching(message) }),
    )
  })
})
