import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { AsyncSlot } from '#src/async-slot'

describe('a slot', () => {
  test('has its value in all that was called within, and only there', async () => {
    const slot = new AsyncSlot<string>()
    expect(slot.getStore()).toBeUndefined()
    const seen = await Promise.all(
      ['a', 'b'].map(value =>
        slot.run(value, async () => {
          await sleep(1)
          const before = slot.getStore()
          const within = slot.run('inner', () => slot.getStore())
          await sleep(1)
          return [before, within, slot.getStore()]
        }),
      ),
    )
    expect(seen).toEqual([
      ['a', 'inner', 'a'],
      ['b', 'inner', 'b'],
    ])
    expect(slot.getStore()).toBeUndefined()
  })

  test('leaves the others as they are', () => {
    const [one, two, three] = [new AsyncSlot<number>(), new AsyncSlot<number>(), new AsyncSlot<undefined>()]
    one.run(1, () =>
      two.run(2, () =>
        one.run(3, () =>
          three.run(undefined, () => {
            expect([one.getStore(), two.getStore(), three.getStore()]).toEqual([3, 2, undefined])
          }),
        ),
      ),
    )
  })

  test('returns what its work returns, and throws what it throws', () => {
    const slot = new AsyncSlot<number>()
    expect(slot.run(1, () => 'result')).toBe('result')
    expect(() =>
      slot.run(1, () => {
        throw new Error('as it may')
      }),
    ).toThrow('as it may')
    expect(slot.getStore()).toBeUndefined()
  })

  test('has none once it is disabled, nor do the others lose theirs', async () => {
    const [slot, other] = [new AsyncSlot<number>(), new AsyncSlot<number>()]
    const seen = await slot.run(1, () =>
      other.run(2, async () => {
        slot.disable()
        await sleep(1)
        return [slot.getStore(), other.getStore(), slot.run(3, () => slot.getStore())]
      }),
    )
    expect(seen).toEqual([undefined, 2, undefined])
  })

  test('costs nothing any more once all are disabled', async () => {
    const alone = new URL('../dist/async-slot.js?alone', import.meta.url).href
    const { AsyncSlot } = (await import(alone)) as typeof import('#src/async-slot')
    const disabled = vi.spyOn(AsyncLocalStorage.prototype, 'disable')
    onTestFinished(() => disabled.mockRestore())
    const [one, two, unused] = [new AsyncSlot<number>(), new AsyncSlot<number>(), new AsyncSlot<number>()]
    one.run(1, () => two.run(2, () => {}))
    unused.disable()
    one.disable()
    one.disable()
    expect(disabled).not.toHaveBeenCalled()
    two.disable()
    expect(disabled).toHaveBeenCalledOnce()
  })

  test('holds no more the deeper it is run within itself', async () => {
    const [slot, other] = [new AsyncSlot<number>(), new AsyncSlot<number>()]
    // Were each run remembered, a look through them all would overflow the stack.
    const goDeeper = async (left: number): Promise<unknown> => {
      await undefined
      if (left === 0) return [slot.getStore(), other.getStore()]
      return slot.run(left, () => other.run(left, () => goDeeper(left - 1)))
    }
    expect(await goDeeper(20_000)).toEqual([1, 1])
  })
})
