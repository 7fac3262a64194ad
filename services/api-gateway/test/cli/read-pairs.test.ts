import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPairs } from '#src/cli/read-pairs'

const folder = mkdtempSync(join(tmpdir(), 'va-pairs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const read = (text: string) => {
  const path = join(folder, 'pairs.csv')
  writeFileSync(path, text)
  return readPairs(path)
}

test('quoted fields, line breaks within them, a byte order mark, with a header or without', async () => {
  const expected = [
    { a: 'Is "it", so?', b: 'Two\nlines', same: true },
    { a: 'c', b: 'd', same: false },
  ]
  const rows = '"Is ""it"", so?","Two\nlines",1\r\nc,d,0\r\n'
  expect(await read(rows)).toEqual(expected)
  expect(await read(`\uFEFFquestion_1,question_2,same\r\n${rows}`)).toEqual(expected)
  expect(await read('same,question_2,id,question_1\n1,b,7,a\n')).toEqual([{ a: 'a', b: 'b', same: true }])
})

test.each([
  ['a missing column', 'a,b,1\nsecret words,b\n', /line 2 has 2 columns, not 3/],
  [
    'a label that is none',
    'question_1,question_2,same\n"a\nb",b,1\nsecret words,b,yes\n',
    /line 4, column same: it must be 0 or 1/,
  ],
  ['an empty question', 'secret words, ,1\n', /line 1, column question_2: the question is empty/],
  ['a header without a column', 'question_1,same\nsecret words,1\n', /'question_2' is not among them/],
  ['an open quote', 'a,b,1\n"secret words,b,1\n', /is no CSV at line \d: CSV_QUOTE_NOT_CLOSED/],
  ['no rows', 'question_1,question_2,same\n', /holds no pairs/],
])('%s is refused with its place, and without its text', async (_, text, message) => {
  const refusal = expect.objectContaining({
    code: 'VALIDATION_FAILED',
    field: 'pairs',
    message: expect.stringMatching(message),
    remedy: expect.stringContaining('question_1,question_2,same'),
  })
  await expect(read(text)).rejects.toEqual(refusal)
  await expect(read(text)).rejects.not.toThrow(/secret words/)
})

test('a file that is not there is refused', async () => {
  await expect(readPairs(join(folder, 'none.csv'))).rejects.toThrow(/there is no such file/)
})
