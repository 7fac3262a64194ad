import type { Registry } from 'prom-client'
import { type AnswerOutcome, answerOutcomes } from '../answers/answer-outcome.js'
import type { AnswerTally } from '../answers/answer-tally.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

/** Read from the tally when Prometheus asks. */
export function exposeAnswers(registry: Registry, tally: AnswerTally): void {
  expose(registry, catalogue.answers.written, () =>
    Object.entries(answerOutcomes).flatMap(([writer, outcomes]) =>
      Object.keys(outcomes).map(outcome => ({
        labels: { writer, outcome },
        value: tally.written(outcome as AnswerOutcome),
      })),
    ),
  )
  expose(registry, catalogue.answers.citationsRemoved, () => [{ value: tally.citationsRemoved }])
}
