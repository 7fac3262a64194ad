import { FakeClock, seededRandom } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { createCacheIn } from '#src/create-cache'
import { type ChaosPlan, memoryServer, tierContract, withChaos } from '#src/testing'

async function twoCaches(plan: ChaosPlan) {
  const clock = new FakeClock()
  const server = memoryServer({ clock })
  const random = seededRandom(5)
  const sound = createCacheIn({ remote: server.tier() }, { clock, random, instance: 'sound' })
  const shaken = createCacheIn(
    { remote: withChaos(server.tier(), plan, clock) },
    { clock, random, instance: 'shaken' },
  )
  await clock.advance(1000)
  return { clock, sound, shaken }
}

describe('withChaos', () => {
  test('a call that fails, and one whose answer is lost after it ran', async () => {
    let step: 'fail' | 'lose' | undefined
    const { clock, sound, shaken } = await twoCaches({
      call: name => (name === 'invalidateKeys' ? step : undefined),
    })
    for (step of ['fail', 'lose'] as const) {
      await sound.set('k', 'old')
      const deleted = shaken.delete('k')
      await clock.advance(100)
      expect(await deleted).toMatchObject({ remote: 'journaled' })
      expect(await sound.get('k', { memory: false })).toBe(step === 'fail' ? 'old' : undefined)
      step = undefined
      await clock.advance(2000)
      expect(await sound.get('k')).toBeUndefined()
    }
  })

  test('a call that comes late', async () => {
    const { clock, sound, shaken } = await twoCaches({
      call: name => (name === 'get' ? { delayMs: 60 } : undefined),
    })
    await sound.set('k', 1)
    const read = shaken.get('k')
    await clock.advance(59)
    expect(await Promise.race([read, Promise.resolve('waits')])).toBe('waits')
    await clock.advance(1)
    expect(await read).toBe(1)
  })

  test('messages that are lost, and such that come twice and late', async () => {
    let message: ReturnType<NonNullable<ChaosPlan['message']>> = { copies: 0 }
    const { clock, sound, shaken } = await twoCaches({ message: () => message })
    await sound.set('k', 'old')
    expect(await shaken.getOrSet('k', () => 'never')).toBe('old')
    await sound.delete('k')
    await clock.advance(10)
    expect(await shaken.get('k')).toBe('old')
    await clock.advance(2000)
    expect(await shaken.get('k')).toBeUndefined()
    message = { copies: 2, delayMs: 100 }
    await sound.set('k', 'new')
    expect(await shaken.get('k')).toBe('new')
    await sound.delete('k')
    await clock.advance(99)
    expect(await shaken.get('k')).toBe('new')
    await clock.advance(1)
    expect(await shaken.get('k')).toBeUndefined()
  })
})

describe('a tier without chaos is the tier', () => {
  tierContract(
    { describe, it: test },
    async () => {
      const clock = new FakeClock()
      const server = memoryServer({ clock })
      return {
        tier: () => withChaos(server.tier(), {}),
        passTime: ms => clock.advance(ms),
        close: async () => {},
      }
    },
    { movesTime: true },
  )
})
