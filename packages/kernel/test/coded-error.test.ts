import { describe, expect, test } from 'vitest'
import { CodedError } from '#src/coded-error'

class KitchenError extends CodedError<'OVEN_COLD' | 'NO_FLOUR'> {}

describe('CodedError', () => {
  test('carries its code, field, remedy and cause, and the name of its class', () => {
    const cause = new Error('the fuse')
    const error = new KitchenError('OVEN_COLD', 'The oven is cold', { field: 'oven', remedy: 'Wait', cause })
    expect(error).toBeInstanceOf(Error)
    expect({ ...error, message: error.message, cause: error.cause }).toEqual({
      code: 'OVEN_COLD',
      field: 'oven',
      remedy: 'Wait',
      message: 'The oven is cold',
      name: 'KitchenError',
      cause,
    })
  })

  test('has no cause when none is given', () => {
    expect(Object.hasOwn(new KitchenError('NO_FLOUR', 'No flour'), 'cause')).toBe(false)
  })
})
