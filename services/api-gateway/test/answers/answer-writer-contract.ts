import { describe, expect, test } from 'vitest'
import type { AnswerRequest, AnswerWriter } from '#src/answers/answer-writer'
import { passages } from './passages.js'

interface Following {
  readonly deltas: string[]
  readonly resets: string[]
  readonly request: AnswerRequest
}

/** A request whose deltas and resets are kept. */
export function following(request: Partial<AnswerRequest> = {}): Following {
  const deltas: string[] = []
  const resets: string[] = []
  return {
    deltas,
    resets,
    request: {
      question: 'Does fact 1 hold?',
      asker: { userId: null, role: null },
      passages: passages(),
      signal: new AbortController().signal,
      onDelta: (text: string) => void deltas.push(text),
      onReset: (reason: string) => void resets.push(reason),
      ...request,
    } satisfies AnswerRequest,
  }
}

/** What every writer must do when nothing fails. */
export function describeAnswerWriter(name: string, open: () => AnswerWriter): void {
  describe(`${name} as an answer writer`, () => {
    test('cites passages that were given, in the order of their marks', async () => {
      const { request } = following()
      const { content, citations, model, citationsRemoved } = await open().write(request)
      expect(model).toMatch(/^\S+$/)
      expect(citationsRemoved).toBeGreaterThanOrEqual(0)
      expect(citations.length).toBeGreaterThan(0)
      const marks = [...content.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number))
      expect([...new Set(marks)]).toEqual(citations.map((_, index) => index + 1))
      for (const { chunkId, text, start, end, ...rest } of citations) {
        const source = request.passages.find(passage => passage.chunkId === chunkId)!
        expect(source.text.slice(start - source.start, end - source.start)).toBe(text)
        expect(rest).toEqual({
          documentId: source.documentId,
          title: source.title,
          heading: source.heading,
          score: source.score,
        })
      }
    })

    test('streams the content it returns, or nothing', async () => {
      const { request, deltas, resets } = following()
      const { content } = await open().write(request)
      if (deltas.length > 0) expect(deltas.join('').trim()).toBe(content)
      expect(content).toBe(content.trim())
      expect(resets).toEqual([])
    })

    test('fails with the reason when it is aborted', async () => {
      const reason = new Error('gone')
      const { request } = following({ signal: AbortSignal.abort(reason) })
      await expect(open().write(request)).rejects.toBe(reason)
    })
  })
}
