import { Counter, type Registry } from 'prom-client'
import { type AnswerOutcome, answerOutcomes } from '../answers/answer-outcome.js'
import type { AnswerTally } from '../answers/answer-tally.js'

/** Read from the tally when Prometheus asks. */
export function registerAnswerMetrics(registry: Registry, tally: AnswerTally): void {
  new Counter({
    name: 'voiceassist_answers_total',
    help: 'Answers written, by what wrote them and why',
    labelNames: ['writer', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [writer, outcomes] of Object.entries(answerOutcomes))
        for (const outcome of Object.keys(outcomes) as AnswerOutcome[])
          this.inc({ writer, outcome }, tally.written(outcome))
    },
  })
  new Counter({
    name: 'voiceassist_answer_citations_removed_total',
    help: 'Citations of what was not given that were taken out of a model’s answer',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(tally.citationsRemoved)
    },
  })
}
