import { describe, expect, test } from 'vitest'
import { withChaos } from '#src/chaos'
import { gate } from '#src/gate'

class Counter {
  #count = 0
  readonly name = 'counter'

  get count() {
    return this.#count
  }

  async add(by: number): Promise<number> {
    this.#count += by
    return this.#count
  }

  async reset(): Promise<void> {
    this.#count = 0
  }
}

const failure = new Error('broken on purpose')

describe('withChaos', () => {
  test('follows its steps call by call, then passes', async () => {
    const counter = withChaos(new Counter(), { add: ['pass', { fail: failure }, { loseAnswer: failure }] })
    await expect(counter.add(1)).resolves.toBe(1)
    await expect(counter.add(1)).rejects.toBe(failure)
    expect(counter.count).toBe(1)
    await expect(counter.add(1)).rejects.toBe(failure)
    expect(counter.count).toBe(2)
    await expect(counter.add(1)).resolves.toBe(3)
  })

  test('holds a call before the port or its answer after it', async () => {
    const before = gate()
    const after = gate()
    const counter = withChaos(new Counter(), {
      add: [{ holdBefore: before.opened }, { holdAfter: after.opened }],
    })
    const first = counter.add(1)
    const second = counter.add(10)
    expect(counter.count).toBe(10)
    before.open()
    await expect(first).resolves.toBe(11)
    after.open()
    await expect(second).resolves.toBe(10)
  })

  test('asks a function for the step by number and arguments', async () => {
    const counter = withChaos(new Counter(), {
      add: (call, by) => (call === 1 || by > 5 ? { fail: failure } : 'pass'),
    })
    await expect(counter.add(6)).rejects.toBe(failure)
    await expect(counter.add(1)).rejects.toBe(failure)
    await expect(counter.add(1)).resolves.toBe(1)
  })

  test('leaves what has no plan as it was', async () => {
    const counter = withChaos(new Counter(), { add: [] })
    await counter.add(2)
    await counter.reset()
    expect([counter.count, counter.name]).toEqual([0, 'counter'])
  })
})
