import { describe, expect, test } from 'vitest'
import { systemClock } from '#src/clock'

describe('systemClock', () => {
  test('its monotonic time does not go back', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.monotonic())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('a sleep ends', async () => {
    await expect(systemClock.sleep(0)).resolves.toBeUndefined()
  })

  test('an aborted sleep rejects with the reason, before it begins and while it lasts', async () => {
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const sleeping = systemClock.sleep(1_000_000, controller.signal)
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    await expect(systemClock.sleep(1_000_000, controller.signal)).rejects.toBe(reason)
  })

  test('a sleep that ended leaves the signal alone', async () => {
    const controller = new AbortController()
    await systemClock.sleep(0, controller.signal)
    expect(() => controller.abort()).not.toThrow()
  })
})
