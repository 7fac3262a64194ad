import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Embedder } from '#src/embedding/embedder'

/** What every embedder must do; `open` gives a new one, which the suite closes. */
export function describeEmbedder(name: string, open: () => Promise<Embedder> | Embedder): void {
  describe(`${name} as an embedder`, () => {
    let embedder: Embedder
    beforeAll(async () => {
      embedder = await open()
    })
    afterAll(() => embedder?.close())

    test('has a name, dimensions and a use for parallel work', () => {
      expect(embedder.model).toMatch(/^\S+$/)
      expect(embedder.dimensions).toBeGreaterThan(0)
      expect(embedder.parallelism).toBeGreaterThan(0)
    })

    test('gives one vector of unit length a text, whatever the text', async () => {
      const texts = [
        'fever',
        '',
        ' \n',
        '発熱 😀',
        '\u0000\u0007',
        'x'.repeat(100_000),
        'cough '.repeat(5_000),
      ]
      const vectors = await embedder.embed(texts)
      expect(vectors).toHaveLength(texts.length)
      for (const vector of vectors) {
        expect(vector).toBeInstanceOf(Float32Array)
        expect(vector).toHaveLength(embedder.dimensions)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      }
    })

    test('gives no vectors for no texts', async () => {
      expect(await embedder.embed([])).toEqual([])
    })

    test('keeps the order, and a vector does not depend on the texts beside it', async () => {
      const texts = [
        'heart attack',
        'how to bake bread',
        `kidney stones ${'and more words '.repeat(40)}`,
        'asthma',
      ]
      const together = await embedder.embed(texts)
      for (const [index, text] of texts.entries()) {
        const [alone] = await embedder.embed([text], { priority: 'interactive' })
        expect(cosine(together[index]!, alone!)).toBeCloseTo(1, 5)
      }
    })

    test('puts texts with much in common near each other', async () => {
      const [question, answer, other] = await embedder.embed([
        'symptoms of a heart attack',
        'a heart attack has symptoms such as chest pain',
        'the bicycle needs new tyres',
      ])
      expect(cosine(question!, answer!)).toBeGreaterThan(cosine(question!, other!) + 0.1)
    })

    test('a call that is aborted fails with the reason', async () => {
      const reason = new Error('no longer wanted')
      await expect(embedder.embed(['fever'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(await embedder.embed(['fever'])).toHaveLength(1)
    })

    test('closes, more than once, and then fails', async () => {
      const other = await open()
      await other.close()
      await other.close()
      await expect(other.embed(['fever'])).rejects.toMatchObject({ code: 'EMBEDDER_FAILED' })
    })
  })
}

export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}
