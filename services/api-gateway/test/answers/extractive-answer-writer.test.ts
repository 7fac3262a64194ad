import { expect, test } from 'vitest'
import { extractiveAnswerWriter } from '#src/answers/extractive-answer-writer'
import { nothingFound } from '#src/knowledge/compose-answer'
import { describeAnswerWriter, following } from './answer-writer-contract.js'

describeAnswerWriter('the extractive writer', () => extractiveAnswerWriter)

test('without passages it says that nothing was found', async () => {
  const { request } = following({ passages: [] })
  expect(await extractiveAnswerWriter.write(request)).toEqual({
    content: nothingFound,
    citations: [],
    model: 'extractive',
    citationsRemoved: 0,
  })
})
