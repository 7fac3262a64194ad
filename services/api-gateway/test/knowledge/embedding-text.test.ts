import { expect, test } from 'vitest'
import { embeddingText } from '#src/knowledge/embedding-text'

test('title and heading stand in front of the text, where there are any', () => {
  expect(embeddingText({ title: 'T', heading: 'A > B', text: 'x' })).toBe('T\nA > B\nx')
  expect(embeddingText({ title: 'T', heading: '', text: 'x' })).toBe('T\nx')
})
