import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import type { FlagDecisions } from '../flags/flag-decisions.js'
import { AnswerFailure } from './answer-outcome.js'
import { AnswerTally } from './answer-tally.js'
import type { AnswerWriter } from './answer-writer.js'
import { createChatAnswerWriter } from './chat-answer-writer.js'
import { extractiveAnswerWriter } from './extractive-answer-writer.js'
import { withFallback } from './with-fallback.js'

/** How long a model may go on with its answer once the gateway is told to end; what is left of ten seconds is for the rest. */
const endingMs = 5000

export interface AnswersOptions {
  readonly llm: Config['llm']
  readonly decisions: Pick<FlagDecisions, 'modelMayAnswer'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface Answers {
  readonly writer: AnswerWriter
  readonly tally: AnswerTally
  /** Answers that a model is writing have 5 s more; then they become quotations. */
  finishSoon(): void
  /** Nobody waits for an answer any more. */
  close(): void
}

/** @throws GatewayError CONFIG_INVALID for an LLM_URL that cannot be used. */
export function createAnswers({ llm, decisions, clock, logger }: AnswersOptions): Answers {
  const ending = new AbortController()
  const closed = new AbortController()
  const end = () => ending.abort(new AnswerFailure('shutting_down'))
  const tally = new AnswerTally()
  const chat = llm && createChatAnswerWriter({ ...llm, clock, ending: ending.signal })
  return {
    writer: withFallback({ chat, decisions, extractive: extractiveAnswerWriter, tally, logger }),
    tally,
    finishSoon() {
      clock.sleep(endingMs, closed.signal).then(end, () => {})
    },
    close: () => closed.abort(),
  }
}
