import { expect, test } from 'vitest'
import { fitExponent } from '#src/growth/fit-exponent'
import { plot } from '#src/growth/plot'
import { claims, verdictOf } from '#src/seed/claims'
import { scansOf } from '#src/seed/say-seed'

const history = claims.find(({ operation }) => operation === 'history')!

test.each([
  [{ beforeMs: 100, ratio: 0.2, floorMs: 1 }, 'holds'],
  [{ beforeMs: 100, ratio: 0.21, floorMs: 1 }, 'MISSED'],
  [{ beforeMs: 1, ratio: 0.7, floorMs: 0.3 }, 'no room'],
  // Slower than is claimed is no matter of room.
  [{ beforeMs: 1, ratio: 41, floorMs: 0.3 }, 'MISSED'],
  [{ beforeMs: 100, ratio: Number.NaN, floorMs: 1 }, 'MISSED'],
] as const)('%j of a claim of 80 %% is: %s', (measured, verdict) => {
  expect(verdictOf(history, measured)).toBe(verdict)
})

test('an exponent is that of the law that made the times', () => {
  const of = (exponent: number) => [1, 10, 100].map(size => ({ size, ms: 3 * size ** exponent }))
  for (const exponent of [0, 1, 1.5]) expect(fitExponent(of(exponent))).toBeCloseTo(exponent, 10)
})

test('a plan in short says how each table is read', () => {
  expect(
    scansOf([
      'Gather Merge  (cost=1.00..2.00 rows=10 width=4)',
      '  ->  Parallel Seq Scan on messages  (cost=0.00..1.00 rows=10 width=4)',
      'Index Scan using users_pkey on users u  (cost=0.29..1 rows=1 width=4)',
      'Index Scan using users_pkey on users u  (cost=0.29..1 rows=1 width=4)',
    ]),
  ).toBe('Parallel Seq Scan on messages, Index Scan using users_pkey on users u')
})

test('a plot names its lines and needs nothing from elsewhere', () => {
  const line = (name: string, y: number) => ({ name, points: [1, 10].map(x => ({ x: x * 1000, y })) })
  const svg = plot([
    { title: 'T', xTitle: 'x', yTitle: 'ms', lines: [line('login', 1), line('history', 1.01)] },
  ])
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  expect(svg).not.toMatch(/NaN|href|<script/)
  const [login, history] = [...svg.matchAll(/y="([\d.]+)" fill="#\w+">/g)].map(match => Number(match[1]))
  expect(history! - login!).not.toBe(0)
  expect(Math.abs(history! - login!)).toBeGreaterThanOrEqual(12)
})
