import { vi } from 'vitest'

/** Resolves when an assertion holds that has only to be waited for; patient, since the machine may be busy. */
export function eventually<T>(holds: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(holds, { timeout: 60_000, interval: 20 })
}
