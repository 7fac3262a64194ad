import { seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { createStatementCatalog } from '#src/fingerprint/statement-catalog'

test('texts of one form lead to one object', () => {
  const catalog = createStatementCatalog()
  const statement = catalog.statementOf('select * from t where a = $1')
  for (const text of [
    'select * from t where a = $1',
    'SELECT *\nFROM t WHERE a=7',
    "select * from t where a = 'x' -- y",
  ])
    expect(catalog.statementOf(text)).toBe(statement)
  expect(catalog.statementOf('select * from t where b = 1')).not.toBe(statement)
  expect(catalog.kept).toMatchObject({ statements: 2, texts: 4 })
})

test('200,000 texts of one form leave one statement, and texts within the bounds', () => {
  const catalog = createStatementCatalog({ maxTexts: 1000, maxTextBytes: 50_000 })
  const hot = catalog.statementOf('select * from t where a = $1 and b = $2')
  for (let index = 0; index < 200_000; index++) {
    const text = `select * from t where a = ${index} and b = '${index % 7}'`
    if (catalog.statementOf(text) !== hot) throw new Error(text)
  }
  const { statements, texts, textBytes } = catalog.kept
  expect(statements).toBe(1)
  expect(texts).toBeLessThanOrEqual(1000)
  expect(textBytes).toBeLessThanOrEqual(50_000)
  expect(textBytes).toBeGreaterThan(20_000)
  expect(catalog.forgotten).toBe(0)
})

test('forms are forgotten by number, the ones in use last, and are counted', () => {
  const catalog = createStatementCatalog({ maxStatements: 50 })
  const random = seededRandom(testSeed('forms'))
  const hot = Array.from({ length: 10 }, (_, index) => `select hot${index} from t where a = $1`)
  const statements = hot.map(text => catalog.statementOf(text))
  const forms = process.env.TEST_LONG ? 20_000 : 2000
  for (let index = 0; index < forms; index++) {
    catalog.statementOf(`select cold${index} from t where a = ${Math.floor(random() * 9)}`)
    hot.forEach((text, place) => {
      expect(catalog.statementOf(text)).toBe(statements[place])
    })
  }
  expect(catalog.kept.statements).toBe(50)
  expect(catalog.forgotten).toBe(forms + 10 - 50)
})

test('a forgotten statement is not returned for its text, beside another for the same form', () => {
  const catalog = createStatementCatalog({ maxStatements: 2, maxTexts: 100 })
  const first = catalog.statementOf('select a from t')
  for (const column of 'bcdef') catalog.statementOf(`select ${column} from t`)
  const again = catalog.statementOf('select a from t')
  expect(again).not.toBe(first)
  expect(again).toEqual(first)
  expect(catalog.statementOf('select  a  from  t')).toBe(again)
})

test('a text over 64 KiB is no key, and leads to its statement all the same', () => {
  const catalog = createStatementCatalog()
  const text = `select * from t where a in (${'123456,'.repeat(6000)}1)`
  expect(catalog.statementOf(text)).toBe(catalog.statementOf('select * from t where a in (1, 2)'))
  expect(catalog.kept).toMatchObject({ statements: 1, texts: 1 })
})

test('statements cannot be changed', () => {
  const statement = createStatementCatalog().statementOf('select 1')
  expect(() => Object.assign(statement, { sql: 'x' })).toThrow(TypeError)
})
