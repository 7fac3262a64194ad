import { seededRandom } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import type { Plan } from '#src/plan/plan'
import { LatencyModel } from '#src/predict/latency-model'
import { costKinds, planFeatures, totalCost } from '#src/predict/plan-features'

const trueSpeeds = [0.004, 0.012, 0.003, 0.008, 0.005, 0.006, 0.005, 0.007]

/** Statements whose times follow the speeds, but for noise. */
function statements(count: number, random: () => number) {
  return Array.from({ length: count }, (_, index) => {
    const cost = 10 ** (2 + 3 * random())
    const shares = costKinds.map(() => (random() < 0.5 ? 0 : random()))
    shares[index % 2] = 1
    const sum = shares.reduce((a, b) => a + b)
    const features = shares.map(share => (cost * share) / sum)
    const exact = features.reduce((ms, part, kind) => ms + part * trueSpeeds[kind]!, 0)
    return { fingerprint: `f${index}`, features, ms: exact * Math.exp((random() - 0.5) * 0.4) }
  })
}

function taught(known: ReturnType<typeof statements>): LatencyModel {
  const model = new LatencyModel()
  for (const { fingerprint, features, ms } of known) model.learn(fingerprint, 'p', features, ms)
  return model
}

describe('statements that were never run', () => {
  const random = seededRandom(20_261_122) // shares of 200 statements vary from seed to seed
  const known = statements(60, random)
  const unseen = statements(200, random)
  const model = taught(known)
  const predictions = unseen.map(({ features, ms }) => ({ ms, ...model.predict(features, 50) }))
  const told = predictions.filter(prediction => prediction.from !== 'nothing')

  test('lie nearer to the prediction than to the cost times one speed', () => {
    const speed = median(known.map(({ features, ms }) => ms / totalCost(features)))
    const errors = told.map(({ ms, medianMs }) => Math.max(ms / medianMs, medianMs / ms))
    const byCost = unseen.map(({ features, ms }) => {
      const predicted = speed * totalCost(features)
      return Math.max(ms / predicted, predicted / ms)
    })
    expect(median(errors)).toBeLessThan(median(byCost))
    expect(told.length).toBeGreaterThan(190)
  })

  test('lie within the interval nine times of ten', () => {
    const within = told.filter(({ ms, lowMs, highMs }) => ms >= lowMs && ms <= highMs).length
    expect(within / told.length).toBeGreaterThan(0.82)
  })

  test('are slow as often as was said', () => {
    for (const [from, to] of [
      [0, 0.3],
      [0.7, 1.01],
    ] as const) {
      const bin = told.filter(({ slowProbability }) => slowProbability >= from && slowProbability < to)
      const slow = bin.filter(({ ms }) => ms >= 50).length / bin.length
      const said = bin.reduce((sum, { slowProbability }) => sum + slowProbability, 0) / bin.length
      expect(Math.abs(slow - said)).toBeLessThan(0.12)
    }
  })
})

describe('nothing is said', () => {
  const random = seededRandom(7)

  test('from few statements', () => {
    expect(taught(statements(7, random)).predict(statements(1, random)[0]!.features, 100)).toMatchObject({
      from: 'nothing',
      reason: expect.stringContaining('7 statements'),
    })
  })

  test('of costs far outside of those that were seen', () => {
    const model = taught(statements(30, random))
    const huge = costKinds.map(kind => (kind === 'sequential' ? 1e9 : 0))
    expect(model.predict(huge, 100)).toMatchObject({
      from: 'nothing',
      reason: expect.stringContaining('outside'),
    })
    expect(
      model.predict(
        costKinds.map(() => Number.NaN),
        100,
      ),
    ).toMatchObject({ from: 'nothing' })
  })

  test('of a plan unlike all that were seen', () => {
    const model = new LatencyModel()
    for (let index = 0; index < 20; index++)
      model.learn(`f${index}`, 'p', [100 * (index + 1), 0, 0, 0, 0, 0, 0], index + 1)
    expect(model.predict([0, 0, 0, 500, 0, 0, 0], 100)).toMatchObject({
      from: 'nothing',
      reason: expect.stringContaining('no plan did'),
    })
  })
})

test('what takes no time or costs nothing is not learned', () => {
  const model = new LatencyModel()
  for (let index = 0; index < 20; index++) {
    model.learn(`f${index}`, 'p', [0, 0, 0, 0, 0, 0, 0], 5)
    model.learn(`g${index}`, 'p', [1, 0, 0, 0, 0, 0, 0], 0)
  }
  expect(model.predict([1, 0, 0, 0, 0, 0, 0], 100)).toMatchObject({
    reason: expect.stringContaining('of 0 statements'),
  })
})

test('costs are split by what causes them, with the rows, and those under a LIMIT are counted as far as it goes', () => {
  const node = (type: string, cost: number, Plans: object[] = []) => ({
    'Node Type': type,
    'Plan Rows': 100,
    'Plan Width': 1,
    'Startup Cost': 0,
    'Total Cost': cost,
    Plans,
  })
  const plan = (root: object) => ({ Plan: root, analyzed: false }) as unknown as Plan
  const features = planFeatures(
    plan(node('Nested Loop', 100, [node('Seq Scan', 40), node('Index Scan', 10)])),
  )
  expect(features).toEqual([40, 10, 50, 0, 0, 0, 0, 12])
  const limited = planFeatures(plan(node('Limit', 10, [node('Sort', 40, [node('Seq Scan', 30)])])))
  expect(limited.map(Math.round)).toEqual([8, 0, 0, 3, 0, 0, 0, 6])
  expect(totalCost(limited.slice(0, -1))).toBeCloseTo(10)
})

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
