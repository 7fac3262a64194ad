import { FakeClock } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { RemoteGuard } from '#src/remote/remote-guard'

function guarded() {
  const clock = new FakeClock()
  const guard = new RemoteGuard(clock, 100, new AbortController().signal)
  const sent: (() => void)[] = []
  const call = () => new Promise<void>(resolve => sent.push(resolve))
  const burst = (count: number) =>
    Array.from({ length: count }, () =>
      guard.run('get', null, call).then(
        () => 'done',
        () => 'refused',
      ),
    )
  const turns = () => clock.advance(0)
  return { clock, guard, sent, burst, turns }
}

describe('many calls at once', () => {
  test('wait for their turn, in their order, and their deadlines begin with it', async () => {
    const { clock, sent, burst, turns } = guarded()
    const answers = burst(1000)
    for (let answered = 0; answered < 1000; ) {
      await turns()
      const batch = sent.slice(answered)
      expect(batch.length).toBeLessThanOrEqual(256)
      await clock.advance(60)
      for (const answer of batch) answer()
      answered += batch.length
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']))
  })

  test('are all refused when those under way show that nobody answers', async () => {
    const { clock, sent, burst, turns } = guarded()
    const answers = burst(1000)
    await turns()
    await clock.advance(100)
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['refused']))
    expect(sent).toHaveLength(256)
  })

  test('time in which the event loop was busy is not counted', async () => {
    let nowMs = 0
    const clock = {
      now: () => nowMs,
      monotonic: () => nowMs,
      sleep: () => new Promise<void>(resolve => setImmediate(resolve)),
    }
    const guard = new RemoteGuard(clock, 100, new AbortController().signal)
    const answer = guard.run('get', null, () => {
      // The timer, which was set before, runs first, and late.
      return new Promise(resolve => setImmediate(() => resolve('read')))
    })
    nowMs = 5000
    expect(await answer).toBe('read')
  })
})
