import { type AnswerOutcome, answerOutcomes } from './answer-outcome.js'

const outcomes = Object.values(answerOutcomes).flatMap(byWriter => Object.keys(byWriter)) as AnswerOutcome[]

/** What was written since the start. */
export class AnswerTally {
  readonly #written = new Map<AnswerOutcome, number>(outcomes.map(outcome => [outcome, 0]))
  #citationsRemoved = 0

  count(outcome: AnswerOutcome, citationsRemoved: number): void {
    this.#written.set(outcome, this.#written.get(outcome)! + 1)
    this.#citationsRemoved += citationsRemoved
  }

  written(outcome: AnswerOutcome): number {
    return this.#written.get(outcome)!
  }

  get citationsRemoved(): number {
    return this.#citationsRemoved
  }
}
