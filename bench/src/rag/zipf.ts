/** Draws by Zipf's law: the item of rank k as often as 1/k, in an order that chance decides. */
export function zipf<Item>(items: readonly Item[], random: () => number): () => Item {
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= items.length; rank++) {
    sum += 1 / rank
    sums.push(sum)
  }
  const order = [...items].map(item => [random(), item] as const).sort(([a], [b]) => a - b)
  return () => {
    const drawn = random() * sum
    return order[sums.findIndex(each => each >= drawn)]![1]
  }
}
