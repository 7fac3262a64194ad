import type { Logger } from 'pino'
import { errorFields } from '../error-fields.js'
import type { FlagDecisions } from '../flags/flag-decisions.js'
import { defaultMinScore } from '../knowledge/score.js'
import { AnswerFailure, type FallbackOutcome } from './answer-outcome.js'
import type { AnswerTally } from './answer-tally.js'
import type { AnswerWriter } from './answer-writer.js'

export interface WithFallbackOptions {
  /** Absent: none is configured. */
  readonly chat?: AnswerWriter | undefined
  readonly decisions: Pick<FlagDecisions, 'modelMayAnswer'>
  /** Always has an answer. */
  readonly extractive: AnswerWriter
  readonly tally: AnswerTally
  readonly logger: Pick<Logger, 'warn' | 'error'>
}

/** Answers that the model writes at a time: each is a connection, and a bill. */
export const maxUnderWay = 16

/** Answers by the model from the passages that are relevant, and by quotations where there is no such answer. */
export function withFallback(options: WithFallbackOptions): AnswerWriter {
  const { chat, decisions, extractive, tally, logger } = options
  let underWay = 0
  return {
    async write(request) {
      const quoted = (outcome: FallbackOutcome, citationsRemoved = 0) => {
        tally.count(outcome, citationsRemoved)
        return extractive.write(request)
      }
      if (!chat) return quoted('not_configured')
      if (!decisions.modelMayAnswer(request.asker)) return quoted('switched_off')
      const passages = request.passages.filter(({ score }) => score >= defaultMinScore)
      if (passages.length === 0) return quoted('no_passages')
      if (underWay >= maxUnderWay) return quoted('busy')
      underWay += 1
      let isStreamed = false
      const onDelta = (text: string) => {
        isStreamed = true
        request.onDelta(text)
      }
      try {
        const answer = await chat.write({ ...request, passages, onDelta })
        tally.count('generated', answer.citationsRemoved)
        return answer
      } catch (error) {
        request.signal.throwIfAborted()
        const failure = failureOf(error)
        logFailure(failure, logger)
        if (isStreamed) request.onReset(failure.outcome)
        return quoted(failure.outcome, failure.citationsRemoved)
      } finally {
        underWay -= 1
      }
    },
  }
}

function failureOf(error: unknown): AnswerFailure {
  return error instanceof AnswerFailure ? error : new AnswerFailure('fault', { cause: error })
}

/** By its code alone: what the server sent may quote what was asked. */
function logFailure(failure: AnswerFailure, logger: WithFallbackOptions['logger']): void {
  const { outcome, status, cause } = failure
  if (outcome === 'fault')
    logger.error({ code: outcome, ...errorFields(cause) }, 'a model’s answer is not taken')
  else
    logger.warn(
      { code: outcome, ...(status === undefined ? {} : { status }) },
      'a model’s answer is not taken',
    )
}
