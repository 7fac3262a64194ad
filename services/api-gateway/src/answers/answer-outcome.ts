/** How an answer came about, by what wrote it: the closed set that is counted and logged. `docs/answers.md` has it too. */
export const answerOutcomes = {
  model: { generated: 'The model’s answer was taken' },
  extractive: {
    not_configured: 'There is no LLM_URL',
    switched_off: 'The flag `llm_answers` is off for who asked',
    no_passages: 'No passage was relevant, so the model was not asked',
    busy: 'The model wrote 16 answers already',
    unreachable: 'No connection, or one that failed before a byte of the answer, twice',
    bad_status: 'A status other than 2xx',
    redirected: 'A redirect: it is not followed, since the key would go along',
    bad_content_type: 'Not `text/event-stream`',
    event_too_long: 'An event of more than 256 Ki characters',
    bad_event: 'An event that is no JSON, or no part of a chat completion',
    error_event: 'An event with an error in it',
    broken_off: 'The stream ended before its end',
    incomplete:
      'The server says that the answer is not whole (`length`, `content_filter`, `tool_calls`, `function_call`)',
    deadline: 'Longer than LLM_DEADLINE_SECONDS',
    stalled: 'Nothing came for a third of LLM_DEADLINE_SECONDS, once the stream had begun',
    shutting_down: 'The gateway ends',
    too_long: 'More than 16,000 characters, or more than 16 MiB of stream',
    repetitive: 'The same 60 letters and digits four times',
    empty: 'No text',
    uncited: 'No citation of a passage that was given',
    unsettled: 'What is left once citations are removed reads as other citations, or ends within code',
    fault: 'A fault of the gateway; the log has it',
  },
} as const

export type FallbackOutcome = keyof (typeof answerOutcomes)['extractive']
export type AnswerOutcome = keyof (typeof answerOutcomes)['model'] | FallbackOutcome

export interface AnswerFailureOptions {
  readonly cause?: unknown
  /** The HTTP status of `bad_status`. */
  readonly status?: number | undefined
  /** Citations that were removed before it failed. */
  readonly citationsRemoved?: number
}

/** Why a model's answer is not taken. Holds nothing of what was asked or answered. */
export class AnswerFailure extends Error {
  readonly outcome: FallbackOutcome
  readonly status: number | undefined
  readonly citationsRemoved: number

  constructor(outcome: FallbackOutcome, { cause, status, citationsRemoved = 0 }: AnswerFailureOptions = {}) {
    super(`The model’s answer is not taken: ${outcome}`, { cause })
    this.outcome = outcome
    this.status = status
    this.citationsRemoved = citationsRemoved
  }
}
