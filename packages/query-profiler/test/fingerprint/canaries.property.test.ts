import { testSeed } from '@voiceassist/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readStatement } from '#src/fingerprint/normalise-sql'

const numRuns = process.env.TEST_LONG ? 100_000 : 3000
const word = 'qzcanary'
const digits = '86753098675309'

/** Every way in which a value, or something that was meant as one, is in a text. */
const planted = [
  `'${word}'`,
  `'x''${word}'`,
  `'${word}''y'`,
  `E'a\\'${word}'`,
  `e'\\\\${word}'`,
  `U&'\\0041${word}'`,
  `N'${word}'`,
  `'a'\n '${word}'`,
  `E'a'\n'\\'${word}'`,
  `$$${word}$$`,
  `$a$ $$ ${word} $a$`,
  `$$'${word}$$`,
  `B'${digits}'`,
  `X'${digits}'`,
  digits,
  `-${digits}`,
  `${digits}.5`,
  `.${digits}`,
  `1e-${digits}`,
  `0x${digits}`,
  `1_${digits}`,
  `${digits}abc`,
  `1${word}`,
  `$1${word}`,
  `-- ${word}\n`,
  `/* ${word} */`,
  `/* /* ${word} */ ${word} */`,
  `/*+ ${word} */ 1`,
  `date '${word}'`,
  `'${word}'::date`,
  `interval '${digits}' day`,
  `array['${word}', ${digits}]`,
  `('${word}', ${digits})`,
  `in ('${word}', ${digits}, '${word}x')`,
  `any('{${word}}')`,
  `f('${word}')`,
  `'${word}' 'b'`,
  // Quotes that do not add up.
  `'O'${word}'`,
  `'O'${word} x'y'`,
  `'${word}`,
  `E'${word}\\'`,
  `$$${word}`,
  `$b$${word}$$`,
  `"${word}`,
  `/* ${word}`,
  `'it\\'${word}'`,
  `‘${word}’`,
  `“${word}”`,
  `'${word}\0${word}'`,
  `$${word}`,
  `'${digits}'${digits}`,
]
const around = [
  ' select ',
  ' * ',
  ' from t ',
  ' where a = ',
  ' and b in (',
  ') ',
  ', ',
  ' insert into t (a, b) values ',
  ' update t set a = ',
  ' limit ',
  ' or c like ',
  ' set x to ',
  ' do ',
  ' comment on table t is ',
  ' = ',
  ' - ',
  ' || ',
  '::text ',
  ' (',
  ' as y ',
  '; ',
  '\n',
  "''",
  ' order by ',
  ' case when ',
  ' then ',
  ' end ',
  ' create role r password ',
  ' returning ',
  ' notify a, ',
  ' copy t from ',
  ' with z as (',
]

/** A digit or a dollar right behind a word belongs to it: 'day' and '1' are the name of a column, 'day1', and no value. */
function joined(parts: readonly string[]): string {
  return parts.reduce(
    (text, part) => text + (/[a-z_][\w$]*$/i.test(text) && /^[\d$]/.test(part) ? ' ' : '') + part,
    '',
  )
}

test('no value reaches what is shown', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...around), fc.constantFrom(...planted)), { maxLength: 12 })
  fc.assert(
    fc.property(text, parts => {
      const { sql, fingerprint, tables } = readStatement(joined(parts))
      const seen = `${sql} ${fingerprint} ${tables.join(' ')}`
      expect(seen).not.toContain(word)
      expect(seen).not.toContain(digits)
      expect(sql.length).toBeLessThanOrEqual(4096)
    }),
    { seed: testSeed('canaries'), numRuns },
  )
})

test.each(planted)('no value reaches what is shown of a query with %j', value => {
  for (const text of [
    `select ${value}`,
    `select * from t where a = ${value}`,
    `insert into t values (${value})`,
    value,
  ]) {
    const { sql, fingerprint, tables } = readStatement(text)
    const seen = `${sql} ${fingerprint} ${tables.join(' ')}`
    expect(seen).not.toContain(word)
    expect(seen).not.toContain(digits)
  }
})
