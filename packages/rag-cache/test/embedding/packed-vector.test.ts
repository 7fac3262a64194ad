import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packVector, unpackVector } from '#src/embedding/packed-vector'

const numbers = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 })

test('float32 is exact, the others are near and stay as they are when packed again', () => {
  fc.assert(
    fc.property(numbers, values => {
      const vector = Float32Array.from(values)
      const largest = Math.max(...vector.map(Math.abs))
      expect(unpackVector(packVector(vector, 'float32'))).toEqual(vector)
      for (const [precision, error] of [
        ['float16', 2 ** -11],
        ['int8', largest / 250],
      ] as const) {
        const packed = unpackVector(packVector(vector, precision))
        for (const [at, each] of packed.entries())
          expect(Math.abs(each - values[at]!)).toBeLessThanOrEqual(error)
        if (precision === 'float16') expect(unpackVector(packVector(packed, precision))).toEqual(packed)
      }
    }),
  )
})

test.each([
  [1, 1],
  [-2, -2],
  [0.1, 0.0999755859375],
  [6.1e-5, 6.097555160522461e-5],
  [2 ** -24, 2 ** -24],
  [2.9e-8, 0],
  [1.00048828125, 1],
  [1.0009765625, 1.0009765625],
])('%d as a half is %d', (value, half) => {
  expect(unpackVector(packVector(Float32Array.of(value), 'float16'))[0]).toBe(half)
})
