import { expect, test } from 'vitest'
import { createBundledEmbedder } from '#src/embedding/bundled-embedder'
import { cosine, describeEmbedder } from './embedder-contract.js'

describeEmbedder('the bundled embedder', () => createBundledEmbedder({ workers: 1 }))

test('the model reads what is said, not how it is spaced', async () => {
  const embedder = createBundledEmbedder({ workers: 1 })
  try {
    const [plain, spaced, ligature, meaning, other] = await embedder.embed([
      'high blood pressure fits',
      ' high\tblood\n\u0007pressure   fits ',
      'high blood pressure \ufb01ts',
      'hypertension',
      'asthma',
    ])
    expect(cosine(plain!, spaced!)).toBeCloseTo(1, 5)
    expect(cosine(plain!, ligature!)).toBeCloseTo(1, 5)
    expect(cosine(plain!, meaning!)).toBeGreaterThan(cosine(plain!, other!))
  } finally {
    await embedder.close()
  }
})
