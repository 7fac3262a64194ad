import { describe, expect, test } from 'vitest'
import { FakeClock } from '#src/fake-clock'

describe('FakeClock', () => {
  test('stands still until it is moved', async () => {
    const clock = new FakeClock(1000)
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250])
  })

  test('wakes sleepers in the order of their times, each at its own', async () => {
    const clock = new FakeClock(0)
    const woken: [string, number][] = []
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms)
      woken.push([name, clock.now()])
    }
    const all = [sleep('late', 30), sleep('early', 10), sleep('also early', 10), sleep('beyond', 31)]
    await clock.advance(30)
    expect(woken).toEqual([
      ['early', 10],
      ['also early', 10],
      ['late', 30],
    ])
    expect(clock.sleeping).toBe(1)
    await clock.advance(1)
    await Promise.all(all)
  })

  test('lets one who wakes sleep again within the same advance', async () => {
    const clock = new FakeClock(0)
    const ticks: number[] = []
    const ticker = (async () => {
      while (ticks.length < 3) {
        await clock.sleep(10)
        ticks.push(clock.now())
      }
    })()
    await clock.advance(100)
    await ticker
    expect(ticks).toEqual([10, 20, 30])
    expect(clock.now()).toBe(100)
  })

  test('rejects with the reason of the signal, and forgets the sleeper', async () => {
    const clock = new FakeClock()
    const controller = new AbortController()
    const slept = clock.sleep(10, controller.signal)
    controller.abort(new Error('no longer wanted'))
    await expect(slept).rejects.toThrow('no longer wanted')
    expect(clock.sleeping).toBe(0)
    await expect(clock.sleep(10, controller.signal)).rejects.toThrow('no longer wanted')
  })
})
