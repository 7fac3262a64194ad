import { composeAnswer } from '../knowledge/compose-answer.js'
import type { AnswerWriter } from './answer-writer.js'

/** Answers by verbatim quotations, without a language model, at once and always. */
export const extractiveAnswerWriter: AnswerWriter = {
  async write({ question, passages, signal }) {
    signal.throwIfAborted()
    return { ...composeAnswer(question, passages), model: 'extractive', citationsRemoved: 0 }
  },
}
