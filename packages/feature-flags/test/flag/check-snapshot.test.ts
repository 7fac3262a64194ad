import { expect, test } from 'vitest'
import { checkSnapshot } from '#src/flag/check-snapshot'

const of = (parts: object) => ({ environment: 'test', ...parts })
const needs = (name: string, ...flags: string[]) => ({
  name,
  prerequisites: flags.map(flag => ({ flag, variants: ['on'] })),
})
const within = (name: string, ...segments: string[]) => ({
  name,
  when: segments.length === 0 ? null : { any: segments.map(segment => ({ segment })) },
})
const ruled = (segment: string) => ({
  name: 'f',
  targetingRules: [{ id: 'r', when: { segment }, serve: { variant: 'on' } }],
})

test('an environment without anything', () => {
  expect(checkSnapshot({ environment: 'production' })).toEqual({
    ...{ environment: 'production', revision: 0, flags: [], segments: [], overrides: [] },
  })
})

test('what fits is taken, filled in', () => {
  const snapshot = checkSnapshot({
    ...{ environment: 'production', revision: 7 },
    flags: [needs('f', 'g'), { name: 'g' }, { ...ruled('s'), name: 'h' }],
    segments: [within('s', 't'), within('t')],
    overrides: [
      { flag: 'f', targetingKey: 'a', enabled: true },
      { flag: 'f', targetingKey: 'b', value: false },
      { flag: 'g', targetingKey: 'a', enabled: false },
    ],
  })
  expect(snapshot.flags.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'f boolean',
    'g boolean',
    'h boolean',
  ])
  expect(checkSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot)
  expect([snapshot, snapshot.flags, snapshot.overrides[0]].every(Object.isFrozen)).toBe(true)
})

const chain = (length: number) =>
  Array.from({ length }, (_, at) => (at === length - 1 ? { name: `f${at}` } : needs(`f${at}`, `f${at + 1}`)))
/** Each level names both of the next: its evaluations double. */
const doubling = (levels: number, make: (name: string, ...names: string[]) => object) =>
  Array.from({ length: levels }, (_, at) =>
    ['a', 'b'].map(side =>
      at === levels - 1 ? make(`${side}${at}`) : make(`${side}${at}`, `a${at + 1}`, `b${at + 1}`),
    ),
  ).flat()

test.each<[string, object, string, string?]>([
  ['no environment', { environment: undefined }, 'environment'],
  ['an unknown field', { version: 1 }, 'version'],
  ['flags that are no list', { flags: {} }, 'flags'],
  ['10,001 flags', { flags: new Array(10_001).fill(0) }, 'flags'],
  ['a wrong flag', { flags: [{ name: 'a' }, { name: 'b', enabled: 0 }] }, 'flags[1].enabled'],
  ['a flag twice', { flags: [{ name: 'a' }, { name: 'a' }] }, 'flags[1].name'],
  ['a segment twice', { segments: [{ name: 'a' }, { name: 'a' }] }, 'segments[1].name'],
  [
    'an override twice',
    { flags: [{ name: 'a' }], overrides: new Array(2).fill({ flag: 'a', targetingKey: 'k', enabled: true }) },
    'overrides[1]',
  ],
  [
    'an override of nothing',
    { overrides: [{ flag: 'a', targetingKey: 'k', enabled: true }] },
    'overrides[0].flag',
  ],
  [
    'an override of another type',
    { flags: [{ name: 'a' }], overrides: [{ flag: 'a', targetingKey: 'k', value: 'x' }] },
    'overrides[0].value',
  ],
  [
    'an override of another type than the variants',
    {
      flags: [{ name: 'a', type: 'multivariate', variants: [{ name: 'x', value: 1 }] }],
      overrides: [{ flag: 'a', targetingKey: 'k', value: 'x' }],
    },
    'overrides[0].value',
  ],
  [
    'an override that is on, of a flag without a value',
    {
      flags: [{ name: 'a', type: 'multivariate', variants: [{ name: 'x', value: 1 }] }],
      overrides: [{ flag: 'a', targetingKey: 'k', enabled: true }],
    },
    'overrides[0].enabled',
  ],
  ['a prerequisite that is not there', { flags: [needs('a', 'b')] }, 'flags[0].prerequisites[0].flag'],
  [
    'a variant that the prerequisite lacks',
    { flags: [{ name: 'a' }, { name: 'b', prerequisites: [{ flag: 'a', variants: ['on', 'blue'] }] }] },
    'flags[1].prerequisites[0].variants[1]',
  ],
  [
    'a cycle of prerequisites',
    { flags: [{ name: 'x' }, needs('a', 'x', 'b'), needs('b', 'c'), needs('c', 'b')] },
    'flags[2].prerequisites',
    'b -> c -> b',
  ],
  ['a long chain of prerequisites', { flags: chain(101) }, 'flags[0].prerequisites', '101'],
  ['a very long chain', { flags: chain(9000) }, 'flags[101].prerequisites', '102'],
  ['prerequisites that double', { flags: doubling(7, needs) }, 'flags[0].prerequisites', '127'],
  ['a segment that is not there', { segments: [within('a', 'b')] }, 'segments[0].when', 'b'],
  ['a rule of a segment that is not there', { flags: [ruled('vip')] }, 'flags[0].targetingRules', 'vip'],
  ['a segment of itself', { segments: [within('a', 'a')] }, 'segments[0].when', 'a -> a'],
  [
    'a cycle of segments',
    { segments: [within('a', 'b'), within('b', 'c'), within('c', 'a')] },
    'segments[0].when',
    'a -> b -> c -> a',
  ],
  ['segments that double', { segments: doubling(20, within) }, 'segments[18].when'],
])('%s is refused, and its field named', (_, parts, field, named = '') => {
  expect(() => checkSnapshot(of(parts))).toThrow(
    expect.objectContaining({ code: 'FLAG_INVALID', field, message: expect.stringContaining(named) }),
  )
})

test('diamonds are no cycles', () => {
  checkSnapshot(of({ flags: doubling(5, needs), segments: doubling(5, within) }))
  checkSnapshot(of({ flags: chain(100) }))
})
