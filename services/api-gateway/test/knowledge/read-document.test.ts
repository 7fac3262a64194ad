import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPdf } from '#src/knowledge/detect-format'
import { readDocument } from '#src/knowledge/read-document'
import { readText } from './document-files.js'

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map(value => (typeof value === 'number' ? Buffer.of(value) : Buffer.from(value))))

describe('format', () => {
  test.each([
    ['a.md', 'x', 'md'],
    ['A.MARKDOWN', 'x', 'md'],
    ['a.txt', '# x', 'txt'],
    ['a.htm', 'x', 'html'],
    ['a.txt', '  <!DOCTYPE html><p>x', 'html'],
    ['README', '# x', 'md'],
    ['README', '---\ntitle: x\n---\ny', 'md'],
    ['README', 'x', 'txt'],
    [undefined, '<html lang="en"><body>x', 'html'],
  ])('%s holding %j is %s', (filename, text, format) => {
    expect(readText(text, filename === undefined ? {} : { filename }).format).toBe(format)
  })

  test.each([
    [true, bytes('%PDF-1.7\n'), 'a.md'],
    [true, bytes('%PDF-1.7\n'), undefined],
    [true, bytes('x'.repeat(1019), '%PDF-'), 'a.bin'],
    [false, bytes('x'.repeat(1020), '%PDF-'), 'a.bin'],
    [false, bytes('A file begins with %PDF-1.7'), 'formats.md'],
    [true, bytes('anything'), 'a.PDF'],
    [false, bytes(), 'pdf'],
  ])('%s: a PDF is what holds %j under the name %s', (expected, content, filename) => {
    expect(isPdf(content, filename)).toBe(expected)
  })

  test('the caller knows best', () => {
    expect(readText('<!doctype html>x', { filename: 'a.html', format: 'txt' }).text).toBe('<!doctype html>x')
  })

  test.each([
    ['an Office document', bytes('PK', 3, 4, 'rest'), 'a.txt', 'ZIP'],
    ['a file with NUL', bytes('text', 0, 'text'), 'a.txt', 'NUL'],
    ['UTF-32', bytes(0xff, 0xfe, 0, 0, 'a', 0, 0, 0), 'a.txt', 'NUL'],
    ['an unknown extension', bytes('text'), 'a.docx', '.docx'],
  ])('%s is not supported', (_name, content, filename, why) => {
    expect(() => readDocument({ bytes: content, filename })).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining(why) }),
    )
  })

  test.each([
    ['broken UTF-8', bytes('caf', 0xe9, ' au lait'), 'UTF-8'],
    ['broken UTF-16', bytes(0xff, 0xfe, 0x00, 0xd8), 'UTF-16LE'],
    ['nothing', bytes(), 'no text'],
    ['white space', bytes(' \n\t\n'), 'no text'],
    ['front matter alone', bytes('---\ntitle: x\n---\n'), 'no text'],
  ])('%s cannot be read', (_name, content, why) => {
    expect(() => readDocument({ bytes: content, filename: 'a.md' })).toThrowError(
      expect.objectContaining({ code: 'DOCUMENT_UNREADABLE', message: expect.stringContaining(why) }),
    )
  })
})

describe('canonical text', () => {
  test('line ends, marks, control characters', () => {
    const { text } = readText('\ufeffe\u0301te\u0301\r\nin\u0007 two\rlines\u2028four\tcolumns\u0085')
    expect(text).toBe('été\nin two\nlines\nfour\tcolumns\n')
  })

  test.each(['utf-16le', 'utf-16be'])('%s by its mark', encoding => {
    const le = Buffer.from('\ufeffNaïve ½ 😀', 'utf16le')
    expect(readDocument({ bytes: encoding === 'utf-16le' ? le : le.swap16() }).text).toBe('Naïve ½ 😀')
  })

  test('any text becomes canonical, once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('md', 'txt', 'html'), (content, format) => {
        let read: ReturnType<typeof readText>
        try {
          read = readText(`x ${content.replaceAll('\0', '')}`, { format })
        } catch (error) {
          expect(error).toMatchObject({ code: 'DOCUMENT_UNREADABLE' })
          return
        }
        // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
        expect(read.text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]/u)
        expect(read.text.normalize('NFC')).toBe(read.text)
        expect(read.title.trim()).not.toBe('')
        expect(readText(read.text, { format: 'txt' }).text).toBe(read.text)
        let end = 0
        for (const section of read.sections) {
          expect(section.start).toBeGreaterThanOrEqual(end)
          expect(section.end).toBeGreaterThanOrEqual(section.start)
          end = section.end
        }
        expect(end).toBeLessThanOrEqual(read.text.length)
      }),
      { numRuns: 200, seed: 20 },
    )
  })
})

describe('title', () => {
  test.each([
    ['the front matter', '---\ntitle: "A: b"\n---\n# C', 'file.md', 'A: b'],
    ['a number there', '---\ntitle: 2024\n---\n# C', 'file.md', '2024'],
    ['the first heading of level 1', '## B\n\n# C\n\n# D', 'file.md', 'C'],
    ['the file name', '## B\ntext', 'dir/file.name.md', 'file.name'],
    ['the first line', '\n  first line\nsecond', undefined, 'first line'],
    ['the element title', '<title>T &amp; U</title><h1>H</h1>', 'file.html', 'T & U'],
    ['the element h1', '<p>x<h1>H <i>i</i></h1>', 'file.html', 'H i'],
  ])('from %s', (_from, text, filename, title) => {
    expect(readText(text, filename === undefined ? {} : { filename }).title).toBe(title)
  })

  test('is one line of bounded length', () => {
    const { title } = readText(`${'😀'.repeat(5000)} x`)
    expect(title).toBe('😀'.repeat(250))
  })
})
