import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from '#src/repositories/keyset-cursor'

const seed = 20_250_601

const position = fc.record({
  at: fc
    .tuple(
      fc.date({ min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
      fc.nat(999),
    )
    .map(([date, micros]) => date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)),
  id: fc.uuid(),
})
const scope = fc.constantFrom('', 'sessions:a', 'messages:b')

describe('a cursor', () => {
  it('gives back the exact position, to the microsecond', () => {
    fc.assert(
      fc.property(position, scope, (place, list) => {
        const cursor = encodeCursor(place, list)
        expect(cursor).toMatch(/^[\w-]+$/)
        expect(decodeCursor(cursor, list)).toEqual(place)
      }),
      { seed },
    )
  })

  it('is refused when it is any other text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })),
        scope,
        (text, list) => {
          expect(() => decodeCursor(text, list)).toThrow(
            expect.objectContaining({ code: 'VALIDATION_FAILED', field: 'cursor' }),
          )
        },
      ),
      { seed, numRuns: 2000 },
    )
  })

  it('is refused with a single character changed, added or left out, where it belongs to a scope', () => {
    fc.assert(
      fc.property(
        position,
        fc.nat(),
        fc.constantFrom(...'Aa0_-='),
        fc.constantFrom(0, 1),
        (place, at, character, cut) => {
          const cursor = encodeCursor(place, 'messages:b')
          const index = at % cursor.length
          const changed = cursor.slice(0, index) + character + cursor.slice(index + cut)
          fc.pre(changed !== cursor)
          expect(() => decodeCursor(changed, 'messages:b')).toThrow(
            expect.objectContaining({ field: 'cursor' }),
          )
        },
      ),
      { seed, numRuns: 2000 },
    )
  })

  it('is refused by another list', () => {
    fc.assert(
      fc.property(position, place => {
        for (const other of ['', 'messages:c', 'sessions:b'])
          expect(() => decodeCursor(encodeCursor(place, 'messages:b'), other)).toThrow()
        expect(() => decodeCursor(encodeCursor(place), 'messages:b')).toThrow()
      }),
      { seed },
    )
  })

  it.each(['2025-02-30T00:00:00.000000Z', '2025-01-01T24:00:00.000000Z', '0000-01-01T00:00:00.000000Z'])(
    'is refused with a time that is none: %s',
    at => {
      const cursor = encodeCursor({ at, id: '00000000-0000-4000-8000-000000000000' })
      expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
    },
  )
})
