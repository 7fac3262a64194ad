import { expect, test } from 'vitest'
import { holdToLimits } from '#src/common/limits'
import { retrievalLimits } from '#src/retrieval/retrieval-limits'

const good = {
  'recall at 1': 0.93,
  'recall at 5': 0.99,
  'recall of the vector index at 5': 0.98,
  'time of the import over that of the embedder alone': 1.3,
}

test('figures at their limits hold', () => {
  expect(() => holdToLimits('retrieval', retrievalLimits, good)).not.toThrow()
})

test.each([
  ['recall at 1', 0.9299],
  ['recall at 5', 0.9899],
  ['recall of the vector index at 5', 0.97],
  ['time of the import over that of the embedder alone', 1.31],
  ['recall at 5', Number.NaN],
])('%s of %d ends the bench with an error', (name, figure) => {
  expect(() => holdToLimits('retrieval', retrievalLimits, { ...good, [name]: figure })).toThrow(
    '1 of 4 limits do not hold',
  )
})
