/**
 * One shortest cycle of each group of nodes that reach each other.
 * @param {Map<string, Set<string>>} graph node to the nodes it points at
 * @returns {string[][]} each cycle's nodes in order, the first one not repeated at the end
 */
export function findCycles(graph) {
  const cycles = []
  const done = new Set()
  for (const node of graph.keys()) {
    if (done.has(node)) continue
    const cycle = shortestCycle(graph, node)
    if (!cycle) continue
    cycles.push(cycle)
    for (const other of group(graph, node)) done.add(other)
  }
  return cycles
}

/**
 * @param {Map<string, Set<string>>} graph
 * @param {string} start
 * @returns {string[] | undefined}
 */
function shortestCycle(graph, start) {
  /** @type {Map<string, string[]>} */
  const paths = new Map([[start, [start]]])
  for (const [node, path] of paths) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return path
      // A Map walks what is added while it is walked: this is a breadth-first search.
      if (!paths.has(next)) paths.set(next, [...path, next])
    }
  }
}

/**
 * The nodes that `start` reaches and that reach it.
 * @param {Map<string, Set<string>>} graph
 * @param {string} start
 */
function group(graph, start) {
  /** @type {Map<string, Set<string>>} */
  const reversed = new Map()
  for (const [node, targets] of graph) {
    for (const target of targets) reversed.set(target, (reversed.get(target) ?? new Set()).add(node))
  }
  const before = reachable(reversed, start)
  return [...reachable(graph, start)].filter(node => before.has(node))
}

/**
 * @param {Map<string, Set<string>>} graph
 * @param {string} start
 */
function reachable(graph, start) {
  const found = new Set([start])
  for (const node of found) for (const next of graph.get(node) ?? []) found.add(next)
  return found
}
