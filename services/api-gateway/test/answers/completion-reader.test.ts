import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CompletionReader } from '#src/answers/completion-reader'

const eventOf = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] })

function read(parts: readonly Uint8Array[]) {
  const reader = new CompletionReader()
  const text = parts.map(part => reader.read(part)).join('') + reader.end()
  return { text, isDone: reader.isDone, isFinished: reader.isFinished }
}

const line = fc.oneof(
  fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .map(text => ({ text, lines: [`data: ${eventOf(text)}`, ''] })),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => ({
    text,
    // JSON may be cut between its tokens: the lines of an event are put together again.
    lines: [
      'event: message',
      'data:{"choices":',
      `data: [{"delta":{"content":${JSON.stringify(text)}}}]}`,
      '',
    ],
  })),
  fc
    .constantFrom([': a comment: 発熱'], [':'], ['id: 7'], ['retry: 10'], ['unknown: x'], [''])
    .map(lines => ({
      text: '',
      lines,
    })),
  fc
    .constantFrom('{"choices":[]}', '{"choices":[],"usage":{}}', '{"error":null,"choices":[null]}')
    .map(data => ({
      text: '',
      lines: [`data: ${data}`, ''],
    })),
)

test('however the bytes are cut and the lines end, the text is the same', () => {
  const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 20 })
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      cuts,
      (events, ending, isDone, at) => {
        const last = isDone ? ['data: [DONE]', '', 'data: nothing that is read', ''] : []
        const lines = [...events.flatMap(event => event.lines), '', ...last]
        const bytes = Buffer.from(`\uFEFF${lines.map(one => one + ending).join('')}`)
        const places = [
          0,
          ...at.map(place => Math.min(place, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ]
        const parts = places.slice(1).map((place, index) => bytes.subarray(places[index], place))
        const expected = { text: events.map(({ text }) => text).join(''), isDone, isFinished: false }
        expect(read(parts)).toEqual(expected)
        expect(read([bytes])).toEqual(expected)
        expect(read([...bytes].map(byte => Uint8Array.of(byte)))).toEqual(expected)
      },
    ),
    { numRuns: 300, seed: 17 },
  )
})

test('an event of many parts is bounded', () => {
  const reader = new CompletionReader()
  const part = Buffer.from('x'.repeat(10_000))
  reader.read(Buffer.from('data: '))
  expect(() => {
    for (let index = 0; index < 30; index += 1) reader.read(part)
  }).toThrow(expect.objectContaining({ outcome: 'event_too_long' }))
})
