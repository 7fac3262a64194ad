import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPlan } from '#src/plan/read-plan'
import { redactExpression } from '#src/plan/redact-expression'

const node = {
  'Node Type': 'Seq Scan',
  'Plan Rows': 5,
  'Plan Width': 8,
  'Startup Cost': 0,
  'Total Cost': 9.5,
}

describe('an expression', () => {
  test.each([
    [`((email)::text = 'anna@example.org'::text)`, '((email)::text = ?::text)'],
    [`(lower((name)::text) = 'Zoë it''s \\ "x"'::text)`, '(lower((name)::text) = ?::text)'],
    [`(id = ANY ('{1,2,3}'::integer[]))`, '(id = ANY (?::integer[]))'],
    [`((id)::numeric = '42'::numeric)`, '((id)::numeric = ?::numeric)'],
    [`((a > 42) OR (b < '-1.5'::numeric) OR (c = 1.5e10))`, '((a > ?) OR (b < ?::numeric) OR (c = ?))'],
    [`(name ~~ 'Smi%'::text)`, '(name ~~ ?::text)'],
    [`(name ~~* '%mith'::text)`, `(name ~~* '%?'::text)`],
    [`(name !~~ '_mith'::text)`, `(name !~~ '%?'::text)`],
    [`(NOT (hashed SubPlan 1))`, '(NOT (hashed SubPlan 1))'],
    [`(NOT (ANY (a = (hashed SubPlan 12).col1)))`, '(NOT (ANY (a = (hashed SubPlan 12).col1)))'],
    [`(a = (InitPlan 1).col1)`, '(a = (InitPlan 1).col1)'],
    [`(a = $0)`, '(a = $0)'],
    [`(a = $1)`, '(a = $1)'],
    [`("SubPlan" = 77)`, '("SubPlan" = ?)'],
    [`(("it's" = 'x'::text) AND ("a""b" IS NOT NULL))`, `(("it's" = ?::text) AND ("a""b" IS NOT NULL))`],
    [`(data @> '{"name": "Anna"}'::jsonb)`, '(data @> ?::jsonb)'],
    [`(data ?| '{a,b}'::text[])`, '(data ?| ?::text[])'],
    [`(embedding <-> '[1,2,3]'::vector)`, '(embedding <-> ?::vector)'],
    [`(flags = B'101'::"bit") /* Anna */`, '(flags = ?::"bit")'],
    [`created_at DESC NULLS LAST`, 'created_at DESC NULLS LAST'],
    [
      `(a = X'1f') AND (b = .5) AND (c = U&'d') AND (d = $q$x$q$) AND (U&"e'" = 0x1F) AND (é = N'x')`,
      '(a = ?) AND (b = ?) AND (c = ?) AND (d = ?) AND (U&"e\'" = ?) AND (é = N?)',
    ],
    ['false', 'false'],
    [`'unterminated Anna`, '?'],
    ['', '?'],
  ])('%s', (given, expected) => {
    expect(redactExpression(given)).toBe(expected)
  })

  test('is cut when it is long', () => {
    expect(redactExpression('a + '.repeat(900))).toHaveLength(2000)
  })

  test('keeps no literal, wherever it stands and whatever is in it', () => {
    const content = fc.string({ unit: 'grapheme', maxLength: 30 }).map(text => `CANARY${text}CANARY`)
    const quoted = content.map(text => `'${text.replaceAll("'", "''")}'`)
    const number = fc.nat().map(n => `90210${n}`)
    const literal = fc.oneof(
      quoted,
      number,
      number.map(n => `'-${n}'`),
    )
    const around = fc.constantFrom(
      (x: string) => `(a = ${x}::text)`,
      (x: string) => `(f(${x}, b) ~~* ${x}::text)`,
      (x: string) => `(a = ANY (ARRAY[${x}, ${x}]))`,
      (x: string) => `CASE WHEN (hashed SubPlan 1) THEN ${x} ELSE ("Q'q" -> ${x}::text) END`,
      (x: string) => `${x}`,
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(around, literal), { minLength: 1, maxLength: 5 }), parts => {
        const redacted = redactExpression(parts.map(([put, x]) => put(x)).join(' AND '))
        expect(redacted).not.toMatch(/CANARY|90210/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a plan', () => {
  test('keeps what the rules need, at any depth', () => {
    const plan = readPlan(
      [
        {
          Plan: {
            ...{ ...node, 'Node Type': 'Sort', 'Sort Key': ['a', `(b || 'x'::text) DESC`] },
            ...{ 'Sort Method': 'external merge', 'Sort Space Used': 300, 'Sort Space Type': 'Disk' },
            Workers: [{ 'Worker Number': 0, 'Sort Space Used': 12, Secret: 'Anna' }],
            'Full-sort Groups': {
              'Group Count': 3,
              'Sort Methods Used': ['quicksort'],
              'Sort Space Memory': { 'Peak Sort Space Used': 7 },
            },
            'Grouping Sets': [{ 'Hash Keys': [['a'], [`(b + 42)`]] }],
            Plans: [
              {
                ...node,
                'Parent Relationship': 'Outer',
                Filter: `(a = 'Anna'::text)`,
                'Rows Removed by Filter': 3,
              },
            ],
          },
          'Planning Time': 0.5,
          'Execution Time': 2,
          Planning: { 'Shared Hit Blocks': 4 },
          JIT: { Functions: 3, Timing: { Total: 1.5 }, Options: { Inlining: true } },
          Triggers: [{ 'Trigger Name': 't', Relation: 'r', Time: 1, Calls: 2, Other: 'Anna' }],
          Settings: { work_mem: '64kB', jit: 'off', search_path: 'anna, public', random_page_cost: '1.1' },
          'Query Text': `select 'Anna'`,
        },
      ],
      { analyzed: true },
    )
    expect(plan).toEqual({
      Plan: {
        ...{ ...node, 'Node Type': 'Sort', 'Sort Key': ['a', '(b || ?::text) DESC'] },
        ...{ 'Sort Method': 'external merge', 'Sort Space Used': 300, 'Sort Space Type': 'Disk' },
        Workers: [{ 'Worker Number': 0, 'Sort Space Used': 12 }],
        'Full-sort Groups': {
          'Group Count': 3,
          'Sort Methods Used': ['quicksort'],
          'Sort Space Memory': { 'Peak Sort Space Used': 7 },
        },
        'Grouping Sets': [{ 'Hash Keys': ['a', '(b + ?)'] }],
        Plans: [
          { ...node, 'Parent Relationship': 'Outer', Filter: '(a = ?::text)', 'Rows Removed by Filter': 3 },
        ],
      },
      analyzed: true,
      'Planning Time': 0.5,
      'Execution Time': 2,
      Planning: { 'Shared Hit Blocks': 4 },
      JIT: { Functions: 3, Timing: { Total: 1.5 } },
      Triggers: [{ 'Trigger Name': 't', Relation: 'r', Time: 1, Calls: 2 }],
      Settings: { work_mem: '64kB', jit: 'off', search_path: '?', random_page_cost: '1.1' },
    })
  })

  test('keeps at most a thousand nodes', () => {
    const wide = { ...node, 'Node Type': 'Append', Plans: Array.from({ length: 3000 }, () => node) }
    expect(readPlan([{ Plan: wide }], { analyzed: false }).Plan.Plans).toHaveLength(999)
  })

  test.each([[undefined], [[]], ['Seq Scan'], [{ Plan: 7 }], [[{ Plan: {} }]]])('is refused: %j', json => {
    expect(() => readPlan(json, { analyzed: false })).toThrow(
      expect.objectContaining({ code: 'EXPLAIN_FAILED', message: expect.not.stringContaining('Seq Scan') }),
    )
  })

  test('has nothing of an unknown key, nor of one of another type', () => {
    const secret = fc.constant('CANARY')
    const value = fc.letrec(tie => ({
      any: fc.oneof(
        secret,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
      ),
    })).any
    const keys = fc.constantFrom(
      'Plan Rows',
      'Parallel Aware',
      'Remote SQL',
      'Total Cost',
      'Actual Rows',
      'Foo',
      'constructor',
      '__proto__',
    )
    fc.assert(
      fc.property(fc.dictionary(keys, value), extra => {
        const plan = readPlan(
          [
            {
              ...extra,
              Plan: { ...extra, 'Node Type': 'Seq Scan', Plans: [{ ...extra, 'Node Type': 'Result' }] },
            },
          ],
          { analyzed: false },
        )
        expect(JSON.stringify(plan)).not.toContain('CANARY')
      }),
    )
  })
})
