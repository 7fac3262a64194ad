import { createCache } from '@voiceassist/cache'
import { expect, test } from 'vitest'
import { similarJudge } from '#src/index'

const key = (letter: string) => `rag_search:${letter.repeat(43)}`

test('reuse is by the threshold of the moment, and above the similarity of one that was wrong, in every instance', async () => {
  const cache = createCache()
  let threshold: number | undefined
  const [one, other] = [0, 1].map(() => similarJudge({ cache, threshold: async () => threshold }))
  const asked = one!.features('How is gout treated?')
  const features = one!.features('How is gout treated usually?')
  const at = (cosine: number) => other!.choose(asked, [{ key: key('a'), cosine, features }])
  expect(await at(0.95)).toBeUndefined()
  threshold = 0.5
  const wrong = (await at(0.95))!
  expect(wrong).toEqual({ key: key('a'), similarity: expect.any(Number) })
  await cache.set(key('a'), 'a search')
  await one!.reject({ id: wrong.key, similarity: wrong.similarity })
  expect(await cache.get(key('a'))).toBeUndefined()
  expect(await at(0.95)).toBeUndefined()
  expect(await at(0.97)).toBeDefined()
  // A lower one does not lower it.
  await one!.reject({ id: wrong.key, similarity: wrong.similarity / 2 })
  expect(await at(0.95)).toBeUndefined()
  await expect(one!.reject({ id: 'rag_change:x', similarity: 0.9 })).rejects.toMatchObject({
    code: 'RAG_KEY_UNKNOWN',
  })
  await cache.close()
})
