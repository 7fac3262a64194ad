import { seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { ParserUnavailable, sqlParser } from '#src/fingerprint/sql-parser'
import { createStatementCatalog } from '#src/fingerprint/statement-catalog'

/** Each nests deeper, or goes on longer, with its number. */
const hostile: Readonly<Record<string, (depth: number) => string>> = {
  brackets: n => `select ${'('.repeat(n)}1${')'.repeat(n)}`,
  'open brackets': n => `select ${'('.repeat(n)}`,
  sums: n => `select ${'a+'.repeat(n)}1`,
  ands: n => `select ${'a and '.repeat(n)}b`,
  nots: n => `select ${'not '.repeat(n)}b`,
  minuses: n => `select ${'- '.repeat(n)}b`,
  casts: n => `select x${'::int'.repeat(n)}`,
  cases: n => `select ${'case when a then '.repeat(n)}1${' end'.repeat(n)}`,
  'sub-queries': n => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`,
  tables: n => `select 1 from ${'(select 1 from '.repeat(n)}a${')a'.repeat(n)}`,
  ctes: n => `${'with a as ('.repeat(n)}select 1${')select 1'.repeat(n)}`,
  unions: n => `select 1${' union select 1'.repeat(n)}`,
  joins: n => `select 1 from a${' join a on b'.repeat(n)}`,
  calls: n => `select ${'f('.repeat(n)}1${')'.repeat(n)}`,
  arrays: n => `select ${'array['.repeat(n)}1${']'.repeat(n)}`,
  collations: n => `select a${' collate "C"'.repeat(n)}`,
  'null tests': n => `select a${' is null'.repeat(n)}`,
  lists: n => `select 1 from t where a in (${'1,'.repeat(n)}1)`,
  'nested lists': n => `select 1 from t where a in (${'1, b in ('.repeat(n)}1${')'.repeat(n)})`,
  rows: n => `insert into t values ${"(1, 'x'),".repeat(n)}(1, 'x')`,
  columns: n => `select ${Array.from({ length: n }, (_, index) => `c${index}`)} from t`,
  comments: n => `select 1 ${'/*'.repeat(n)}`,
  'closed comments': n => `select 1 ${'/*'.repeat(n)}${'*/'.repeat(n)}`,
  quotes: n => `select ${"'".repeat(n)}`,
  dollars: n => `select ${'$'.repeat(n)}`,
}
const harmless = `select * from a ${'join b on a.x = b.x '.repeat(10)} where a.x in (select f(g(h(1))) from c) or (b.x = 1 and (b.y or not b.z))`

test('the parser works as before after whatever it was sent', () => {
  const catalog = createStatementCatalog()
  const before = {
    fingerprint: sqlParser.fingerprint(harmless),
    tree: JSON.stringify(sqlParser.parse(harmless)),
  }
  const random = seededRandom(testSeed('hostile texts'))
  const depths = [10, 199, 201, 999, 1001, 4000, 300_000]
  const texts = Object.values(hostile).flatMap(write =>
    depths.map(depth => write(Math.ceil(depth * (1 - random() / 10)))),
  )
  for (const text of texts.sort(() => random() - 0.5)) {
    const statement = catalog.statementOf(text)
    expect(statement.sql.length).toBeLessThanOrEqual(4096)
    for (const work of [sqlParser.parse, sqlParser.fingerprint, sqlParser.scan])
      try {
        work(text)
      } catch (error) {
        expect((error as Error).name).toMatch(/^(?:SqlError|Error|ParserUnavailable)$/)
        if (error instanceof ParserUnavailable) expect(error.isTransient).toBe(false)
      }
    expect(sqlParser.fingerprint(harmless)).toBe(before.fingerprint)
  }
  expect(JSON.stringify(sqlParser.parse(harmless))).toBe(before.tree)
})

test('lists of any length, and many columns, are parsed', () => {
  const catalog = createStatementCatalog()
  for (const kind of ['lists', 'rows'])
    expect(catalog.statementOf(hostile[kind]!(3000)).unparsed).toBeUndefined()
  expect(catalog.statementOf(hostile.columns!(1500)).unparsed).toBeUndefined()
})

test('where little of the stack is left, the parser is not called, and nothing wrong is remembered', () => {
  const catalog = createStatementCatalog()
  const seen: (string | undefined)[] = []
  const descend = (): void => {
    try {
      descend()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
    // From the end of the stack back to where there is enough of it: each frame on the way back asks.
    if (seen.length < 1 || seen.at(-1) === 'failed')
      try {
        seen.push(catalog.statementOf(harmless).unparsed)
      } catch {
        seen.push('failed')
      }
  }
  descend()
  expect(seen.at(-1)).toBe('too long')
  expect(catalog.statementOf(harmless).unparsed).toBeUndefined()
  expect(catalog.statementOf(harmless).fingerprint).toBe(sqlParser.fingerprint(harmless))
})
