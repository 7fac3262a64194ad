import { testSeed } from '@voiceassist/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Form, writeForm } from '#src/fingerprint/form'
import { FormBuilder } from '#src/fingerprint/form-builder'
import { sqlParser } from '#src/fingerprint/sql-parser'

const builder = new FormBuilder()
const numRuns = process.env.TEST_LONG ? 100_000 : 2000
const keyOf = ({ list, hasRows, isOdd, isLong, ...form }: Form) =>
  `${isOdd} ${isLong} ${writeForm(form as Form)}`

const value = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .string({ unit: 'grapheme', maxLength: 8 })
    .map(text => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
  fc.constantFrom("e'\\''", '$$ $ $$', '$tag$ $$ $tag$', "'a'\n'b'", "x'ff'", 'true', 'null'),
)
const name = fc.constantFrom(
  'a',
  'B',
  't_2024_01',
  't_2024_02',
  '"A"',
  '"a b"',
  'x$1',
  'é',
  's.t',
  '"s""1".t',
)
const gap = fc.constantFrom(' ', '\n', '  ', ' -- c\n', '/* c */', '/* /* c */ */')
const infix = fc.constantFrom(
  '=',
  '<',
  '<>',
  '>=',
  '+',
  '-',
  '*',
  '||',
  '->>',
  '@>',
  '~*',
  '#>>',
  '?',
  '<->',
  'and',
  'or',
  'like',
)

type Part = { readonly text: string; readonly other: string }
const same = (text: string): Part => ({ text, other: text })

/** An expression in two texts with other values and other spacing. */
const { expression } = fc.letrec<{ expression: Part }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.tuple(value, value).map(([text, other]) => ({ text, other })),
    name.map(same),
    fc
      .tuple(tie('expression'), gap, infix, gap, tie('expression'))
      .map(([left, before, sign, after, right]) => ({
        text: `${left.text} ${sign}${before}${right.text}`,
        other: `${left.other}${after} ${sign} ${right.other}`,
      })),
    fc
      .tuple(tie('expression'), gap)
      .map(([inner, space]) => ({ text: `(${inner.text})`, other: `(${space}${inner.other} )` })),
    fc.tuple(name, tie('expression')).map(([table, inner]) => ({
      text: `exists (select 1 from ${table} where ${inner.text})`,
      other: `EXISTS(SELECT 2 FROM ${table} WHERE ${inner.other})`,
    })),
    fc
      .tuple(
        name,
        fc.array(value, { minLength: 2, maxLength: 9 }),
        fc.array(value, { minLength: 2, maxLength: 9 }),
      )
      .map(([column, some, others]) => ({
        text: `${column} in (${some})`,
        other: `${column} IN (${others.join(' , ')})`,
      })),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => ({
      text: `case when ${a.text} then ${b.text} end`,
      other: `case  when ${a.other} then\n${b.other} end`,
    })),
  ),
}))

test('texts that differ in values and spacing share a form, which is its own form, and means the same to the parser', () => {
  fc.assert(
    fc.property(expression, ({ text, other }) => {
      const form = builder.build(`select 1 from t where ${text}`)
      expect(keyOf(builder.build(`SELECT 2 FROM T WHERE ${other};`))).toBe(keyOf(form))
      const written = writeForm(form)
      expect(writeForm(builder.build(written))).toBe(written)
      const fingerprint = fingerprintOf(`select 1 from t where ${text}`)
      if (fingerprint && !/null|true/.test(text)) expect(fingerprintOf(written)).toBe(fingerprint)
    }),
    { seed: testSeed('one form'), numRuns },
  )
})

test('any text has a form, and the form of a form is the same', () => {
  const soup = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom(
        ..."' \" $ $$ $1 $a$ -- /* */ ( ) [ ] , ; . : :: := - + e u& E' in values any array set to null is ? | \ud800".split(
          ' ',
        ),
      ),
      fc.constantFrom(' ', '\n', 'select', 'a', '1', '1e', '0x', '/*, ... */'),
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(soup, parts => {
      const form = builder.build(parts.join(''))
      const again = builder.build(writeForm(form))
      if (!form.isOdd && !again.isOdd) expect(writeForm(again)).toBe(writeForm(form))
    }),
    { seed: testSeed('any text'), numRuns: numRuns * 3 },
  )
})

/** No two of these mean the same. */
const apart = [
  'select * from t where a = 1',
  'select * from t where a in (1)',
  'select * from t where a in (1, 2)',
  'select * from t where a = any ($1)',
  'select * from t where "A" = 1',
  'select * from t where "a" = 1',
  'select * from t_2024_01 where a = 1',
  'select * from t_2024_02 where a = 1',
  'select * from t where a = 1 and b = 2',
  'select * from t where a = 1 or b = 2',
  'select * from t where a = $1 and b = $1',
  'select * from t where a -1 > 2',
  'select * from t where a = - b',
  'select * from t where a - b',
  'select * from t where a @- 1',
  'select * from t where a @ - b',
  'select * from t where a is null',
  'select * from t where a is not null',
  'select f(1)',
  'select f(1, 2)',
  'select f(1, 2, 3)',
  'select (1, 2)',
  'select array[1]',
  'select array[1, 2]',
  'select a[1]',
  'select a[1:2]',
  'select a.b',
  'select a, b',
  'select a b',
  'select a."b"',
  'insert into t values (1)',
  'insert into t values (1), (2)',
  'insert into t values (1, 2)',
  'insert into t values (default)',
  'insert into t values (1, 2), (3, 4)',
  'select a from t limit 1',
  'select a from t offset 1',
  "select date '1'",
  "select time '1'",
  "select '1'",
  "select '1'::date",
  'select x::int',
  'select x::int[]',
  'select a ->> 1',
  'select a -> 1',
  'select a #> b',
  'select a #>> b',
  'select a < b',
  'select a < - b',
  'select 1; select 2',
  'select',
  'select a from t where b in (select 1)',
  'select a from t where (b, c) in ((1, 2))',
  'select a from t where (b, c) in ((1, 2), (3, 4))',
]
test('texts that mean different things have different forms', () => {
  const forms = new Map(apart.map(text => [keyOf(builder.build(text)), text]))
  expect([...forms.values()]).toEqual(apart)
})

test('expressions of which the parser says that they differ have different forms', () => {
  fc.assert(
    fc.property(expression, expression, (one, two) => {
      const [a, b] = [`select 1 from t where ${one.text}`, `select 1 from t where ${two.text}`]
      if (keyOf(builder.build(a)) === keyOf(builder.build(b))) expect(fingerprintOf(a)).toBe(fingerprintOf(b))
    }),
    { seed: testSeed('apart'), numRuns },
  )
})

function fingerprintOf(text: string): string | undefined {
  try {
    return sqlParser.fingerprint(text)
  } catch {
    return undefined
  }
}
