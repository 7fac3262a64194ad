/** The first of those that share the key with the greatest weight. */
export function mostUsed<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  weightOf: (one: T) => number,
): T | undefined {
  const weights = new Map<string, { weight: number; one: T }>()
  for (const one of all) {
    const entry = weights.get(keyOf(one)) ?? { weight: 0, one }
    entry.weight += weightOf(one)
    weights.set(keyOf(one), entry)
  }
  let best: { weight: number; one: T } | undefined
  for (const entry of weights.values()) if (!best || entry.weight > best.weight) best = entry
  return best?.one
}
