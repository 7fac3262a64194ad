import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTrackedRow } from '#src/postgres/tracked-row'

test('numbers keep the digits that PostgreSQL wrote', () => {
  const row = parseTrackedRow(
    '{"a": 9007199254740993, "b": 42, "c": 1.50, "d": -7.25, "e": [12345678901234567890], "f": "9007199254740993 \\" 1.50"}',
  )
  expect({ ...row }).toEqual({
    a: '9007199254740993',
    b: 42,
    c: '1.50',
    d: -7.25,
    e: ['12345678901234567890'],
    f: '9007199254740993 " 1.50',
  })
})

test('every other value is as JSON.parse reads it', () => {
  const json = fc.jsonValue({ stringUnit: 'binary' })
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), values => {
      expect({ ...parseTrackedRow(JSON.stringify(values)) }).toEqual(
        JSON.parse(JSON.stringify(values)) as object,
      )
    }),
  )
})

test('a column that is not tracked is an error, not undefined', () => {
  const row = parseTrackedRow('{"id": 1, "org": null}')
  expect(`${row.id} ${row.org}`).toBe('1 null')
  expect(() => row.idd).toThrow(
    expect.objectContaining({ code: 'CACHE_TRACKING_INVALID', message: expect.stringContaining("'idd'") }),
  )
})
