import { createHashingEmbedder, FakeClock, withChaos } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { createEmbedderCheck } from '#src/embedding/embedder-check'

const settled = () => new Promise(resolve => setImmediate(resolve))

test('the embedder is asked every 30 s at most, and down from a failure to the next success', async () => {
  const clock = new FakeClock()
  const embedder = withChaos(createHashingEmbedder(), { embed: ['pass', { fail: new Error('away') }] })
  const check = createEmbedderCheck(embedder, clock)
  await check()
  await settled()
  await check()
  await clock.advance(30_001)
  await check() // asks, and knows of no failure yet
  await settled()
  await expect(check()).rejects.toThrow('away')
  await clock.advance(30_001)
  await expect(check()).rejects.toThrow('away')
  await settled()
  await check()
})
