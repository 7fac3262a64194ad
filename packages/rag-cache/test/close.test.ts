import { FakeClock, gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { aSearch, asked, aWorld } from './rag-world.js'
import { instanceWith } from './warm/warm-world.js'

describe('close', () => {
  test('waits for a search that is under way', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const [began, open] = [gate(), gate()]
    const under = rag.search(asked, async () => {
      began.open()
      await open.opened
      return search()
    })
    await began.opened
    let closed = false
    const closing = rag.close().then(() => {
      closed = true
    })
    await expect(rag.search(asked, search)).rejects.toMatchObject({ code: 'RAG_CLOSED' })
    await world.heard()
    expect(closed).toBe(false)
    open.open()
    expect(await under).toHaveLength(2)
    await closing
  })

  test('gives up after five seconds, and tells the embedder', async () => {
    const clock = new FakeClock()
    const world = aWorld()
    const began = gate()
    const rag = instanceWith(clock, world, {
      embed: (_, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
          began.open()
        }),
    })
    const under = rag.embedding('x')
    under.catch(() => {})
    await began.opened
    const closing = rag.close()
    await clock.advance(5000)
    await closing
    await expect(under).rejects.toMatchObject({ code: 'RAG_CLOSED' })
  })
})
