import { AsyncLocalStorage } from 'node:async_hooks'

interface Entry {
  readonly slot: AsyncSlot<unknown>
  readonly value: unknown
  readonly outer: Entry | undefined
}

/** Before version 24 Node copies the value of each storage onto each promise: so there is one, for all. */
const storage = new AsyncLocalStorage<Entry | undefined>()
/** Slots that were run and are not disabled. */
let inUse = 0

/** As `AsyncLocalStorage`, which it shares with all other slots: the first costs as much, further ones nothing. */
export class AsyncSlot<Value> {
  private isDisabled = false
  private isUsed = false

  getStore(): Value | undefined {
    if (this.isDisabled) return undefined
    for (let entry = storage.getStore(); entry; entry = entry.outer)
      if (entry.slot === this) return entry.value as Value
    return undefined
  }

  run<Result>(value: Value, work: () => Result): Result {
    if (this.isDisabled) return work()
    if (!this.isUsed) {
      this.isUsed = true
      inUse++
    }
    return storage.run({ slot: this, value, outer: this.outside(storage.getStore()) }, work)
  }

  /** One entry of each slot, however deep it is run within itself; none of those that are disabled. */
  private outside(entry: Entry | undefined): Entry | undefined {
    if (!entry) return undefined
    const outer = this.outside(entry.outer)
    if (entry.slot === this || entry.slot.isDisabled) return outer
    return outer === entry.outer ? entry : { ...entry, outer }
  }

  /** For good: there is no value any more, nor will there be. With the last slot in use the cost goes, too. */
  disable(): void {
    if (this.isDisabled) return
    this.isDisabled = true
    if (this.isUsed && --inUse === 0) storage.disable()
  }
}
