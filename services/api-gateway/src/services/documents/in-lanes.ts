/**
 * Runs `work` on each item, on at most `lanes` at once, in their order. The first failure stops the others from taking
 * further items, and is thrown once all have ended.
 */
export async function inLanes<T>(
  items: Iterable<T> | AsyncIterable<T>,
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const lane = async () => {
    try {
      for (;;) {
        const next = await source.next()
        if (next.done || failure) return
        await work(next.value)
      }
    } catch (error) {
      failure ??= { error }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failure) throw failure.error
}
