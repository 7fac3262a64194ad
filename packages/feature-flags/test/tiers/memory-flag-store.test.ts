import { describe, expect, it } from 'vitest'
import { flagStoreContract, MemoryFlagStore } from '#src/testing'

flagStoreContract({ describe, it }, async () => {
  const store = new MemoryFlagStore()
  return {
    store,
    commit: async (environment, names, value) => {
      store.putFlags(
        environment,
        names.map(name => ({ name, metadata: { value } })),
      )
    },
    stop: async () => store.stop(),
    close: async () => {},
  }
})

it('refuses what is not valid as a whole', async () => {
  const store = new MemoryFlagStore()
  const prerequisites = [{ flag: 'unknown', variants: ['on'] }]
  expect(() => store.putFlags('test', [{ name: 'a', prerequisites }])).toThrow(
    expect.objectContaining({ code: 'FLAG_INVALID' }),
  )
  expect(await store.revision('test', new AbortController().signal)).toBe(0)
})
