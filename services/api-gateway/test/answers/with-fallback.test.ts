import { gate } from '@voiceassist/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { AnswerFailure } from '#src/answers/answer-outcome'
import { AnswerTally } from '#src/answers/answer-tally'
import type { AnswerRequest, AnswerWriter } from '#src/answers/answer-writer'
import { extractiveAnswerWriter } from '#src/answers/extractive-answer-writer'
import { maxUnderWay, withFallback } from '#src/answers/with-fallback'
import type { FlagSubject } from '#src/flags/flag-decisions'
import { nothingFound } from '#src/knowledge/compose-answer'
import { following } from './answer-writer-contract.js'
import { passages } from './passages.js'

const log: unknown[] = []
const note = (fields: unknown) => void log.push(fields)
const logger = { warn: note, error: note }
let tally: AnswerTally
beforeEach(() => {
  tally = new AnswerTally()
  log.length = 0
})

const writer = (
  write?: AnswerWriter['write'],
  modelMayAnswer: (asker: FlagSubject) => boolean = () => true,
) =>
  withFallback({
    chat: write && { write },
    decisions: { modelMayAnswer },
    extractive: extractiveAnswerWriter,
    tally,
    logger: logger as never,
  })
const generated = { content: 'Yes [1].', citations: passages(1), model: 'm', citationsRemoved: 2 }

describe('an answer', () => {
  test('is the model’s', async () => {
    const { request, deltas, resets } = following()
    const answer = await writer(async ({ onDelta }) => {
      onDelta('Yes')
      return generated
    }).write(request)
    expect(answer).toEqual(generated)
    expect({ deltas, resets, log }).toEqual({ deltas: ['Yes'], resets: [], log: [] })
    expect([tally.written('generated'), tally.citationsRemoved]).toEqual([1, 2])
  })

  test('is made of quotations where there is no model', async () => {
    expect(await writer().write(following().request)).toMatchObject({ model: 'extractive' })
    expect(tally.written('not_configured')).toBe(1)
  })

  test('is made of quotations where the flag is off for who asks', async () => {
    const asked: unknown[] = []
    const mayAnswer = (asker: unknown) => {
      asked.push(asker)
      return false
    }
    const asker = { userId: 'u', role: 'user' } as const
    const answer = await writer(async () => generated, mayAnswer).write({ ...following().request, asker })
    expect(answer).toMatchObject({ model: 'extractive' })
    expect([asked, tally.written('switched_off')]).toEqual([[asker], 1])
  })

  test('is made of quotations while the model writes as many as it may', async () => {
    const writing = gate()
    const chat = writer(async () => {
      await writing.opened
      return generated
    })
    const { request } = following()
    const under = Array.from({ length: maxUnderWay }, () => chat.write(request))
    expect(await chat.write(request)).toMatchObject({ model: 'extractive' })
    expect(tally.written('busy')).toBe(1)
    writing.open()
    await Promise.all(under)
    expect(await chat.write(request)).toEqual(generated)
  })

  test('is nothing found where nothing is relevant, and the model sees what is', async () => {
    const asked: AnswerRequest[] = []
    const chat = writer(async request => {
      asked.push(request)
      return generated
    })
    const [first, second] = passages(2)
    const { request } = following({ passages: [{ ...first!, score: 0.39 }] })
    expect(await chat.write(request)).toMatchObject({ content: nothingFound, citations: [] })
    expect(asked).toEqual([])
    expect(tally.written('no_passages')).toBe(1)
    await chat.write({ ...request, passages: [second!, { ...first!, score: 0.39 }] })
    expect(asked[0]!.passages).toEqual([second])
  })

  test('is made of quotations when the model fails; what was streamed is void', async () => {
    const { request, deltas, resets } = following()
    const answer = await writer(async ({ onDelta }) => {
      onDelta('No')
      throw new AnswerFailure('bad_status', { status: 503, citationsRemoved: 3, cause: new Error('secret') })
    }).write(request)
    expect(answer).toEqual(await extractiveAnswerWriter.write(request))
    expect({ deltas, resets }).toEqual({ deltas: ['No'], resets: ['bad_status'] })
    expect([tally.written('bad_status'), tally.written('generated'), tally.citationsRemoved]).toEqual([
      1, 0, 3,
    ])
    expect(log).toEqual([{ code: 'bad_status', status: 503 }])
  })

  test('is made of quotations after any fault, without a reset when nothing was streamed', async () => {
    const { request, resets } = following()
    const answer = await writer(async () => {
      throw new TypeError('secret')
    }).write(request)
    expect(answer.model).toBe('extractive')
    expect(resets).toEqual([])
    expect(tally.written('fault')).toBe(1)
    expect(log).toEqual([expect.objectContaining({ code: 'fault', error: 'TypeError' })])
    expect(JSON.stringify(log)).not.toContain('secret')
  })

  test('is none when nobody waits any more', async () => {
    const gone = new AbortController()
    const { request } = following({ signal: gone.signal })
    const writing = writer(async () => {
      gone.abort(new Error('gone'))
      throw gone.signal.reason
    }).write(request)
    await expect(writing).rejects.toThrow('gone')
    expect(log).toEqual([])
  })
})
