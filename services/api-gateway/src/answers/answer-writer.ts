import type { Citation } from '../db/schema.js'
import type { FlagSubject } from '../flags/flag-decisions.js'
import type { FallbackOutcome } from './answer-outcome.js'

export interface AnswerRequest {
  readonly question: string
  readonly asker: FlagSubject
  /** What the answer may cite, best first. */
  readonly passages: readonly Citation[]
  readonly signal: AbortSignal
  /** Told each further piece of the answer; the last pieces and the content that is returned may differ in white space. */
  readonly onDelta: (text: string) => void
  /** Told that all pieces so far are void; what is returned takes their place. */
  readonly onReset: (reason: FallbackOutcome) => void
}

export interface WrittenAnswer {
  readonly content: string
  /** In the order of their marks in the content: the first is [1]. */
  readonly citations: readonly Citation[]
  /** The model's name, or 'extractive'. */
  readonly model: string
  /** Citations of what was not given, which are not in the content any more. */
  readonly citationsRemoved: number
}

/** Answers a question from passages. */
export interface AnswerWriter {
  /** @throws AnswerFailure when there is no answer to give; the signal's reason when it is aborted. */
  write(request: AnswerRequest): Promise<WrittenAnswer>
}
