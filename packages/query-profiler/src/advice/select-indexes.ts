import type { AdviceOptions } from './advice.js'
import { expectedBytes, type IndexCandidate } from './index-candidate.js'
import { beginsWith } from './index-coverage.js'
import { trustedGain, type ValueInput, type WorkloadValue, workloadValue } from './workload-value.js'

export interface SelectionInput extends ValueInput {
  readonly candidates: readonly IndexCandidate[]
  readonly budgetBytes: number
  readonly onProgress?: AdviceOptions['onProgress']
}

type Indexes = readonly IndexCandidate[]
interface Progress {
  readonly chosen: Indexes
  readonly value: WorkloadValue
}

interface Move {
  readonly indexes: Indexes
  readonly value: WorkloadValue
  readonly worth: number
}

/** What a further index has to save of the time that is left. */
const leastImprovement = 0.003
const mostIndexes = 20
/** Candidates that go on to be combined, by what they are worth alone. */
const mostCombined = 60

/**
 * Chooses indexes for the whole workload, greedily by what a byte saves (Extend: Schlosser, Kossmann, Boissier, ICDE 2019):
 * each step adds one, or puts a wider one in the place of one that it begins with. Each candidate is tried alone first, and
 * what the planner takes when all are there together is one more move: some help only side by side.
 */
export async function selectIndexes(input: SelectionInput): Promise<Indexes> {
  const bundles = await bundlesOf(input)
  const alone = await valuedAlone(input)
  const pool: Indexes[] = [...alone.map(index => [index]), ...bundles]
  let chosen: Indexes = []
  let value = await workloadValue(input, chosen)
  while (chosen.length < mostIndexes) {
    const best = await bestMove(input, pool, { chosen, value })
    if (!best) break
    ;({ chosen, value } = await swapped(input, pool, { chosen: best.indexes, value: best.value }))
    input.onProgress?.(chosen.length, mostIndexes, 'choosing indexes')
  }
  return pruned(input, { chosen, value })
}

async function valuedAlone(input: SelectionInput): Promise<Indexes> {
  const valued: { index: IndexCandidate; ms: number }[] = []
  for (const [done, index] of input.candidates.entries()) {
    const { ms } = await workloadValue(input, [index])
    if (ms > 0) valued.push({ index, ms })
    input.onProgress?.(done + 1, input.candidates.length, 'trying each index alone')
  }
  return valued
    .sort((a, b) => b.ms - a.ms)
    .slice(0, mostCombined)
    .map(({ index }) => index)
}

/** What each query takes of all that it could have, where that is more than one. */
async function bundlesOf(input: SelectionInput): Promise<Indexes[]> {
  const bundles = new Map<string, Indexes>()
  for (const costed of input.queries) {
    const used = (await input.book.costOf(costed, input.candidates))?.used ?? []
    if (used.length > 1) bundles.set(used.map(index => index.definition).join(), used)
  }
  return [...bundles.values()]
}

async function bestMove(
  input: SelectionInput,
  pool: readonly Indexes[],
  { chosen, value: now }: Progress,
): Promise<Move | undefined> {
  let best: Move | undefined
  for (const added of pool) {
    const indexes = together(chosen, added)
    const bytes = sizeOf(indexes)
    if (
      indexes.length > mostIndexes ||
      bytes > input.budgetBytes ||
      added.every(index => chosen.includes(index))
    )
      continue
    const value = await workloadValue(input, indexes)
    const gained = value.ms - now.ms
    if (value.harms || gained <= now.remainingMs * leastImprovement) continue
    if (indexes.length > chosen.length && !speedsUp(input, now, value)) continue
    const worth = gained / Math.max(bytes - sizeOf(chosen), sizeOf(indexes) / 100, 8192)
    if (!best || worth > best.worth) best = { indexes, value, worth }
  }
  return best
}

/** One more index has to make some query so much cheaper than it already is that its time is taken to fall, too. */
function speedsUp({ queries }: SelectionInput, now: WorkloadValue, then: WorkloadValue): boolean {
  return queries.some(
    (costed, place) => (then.costs[place] ?? 0) * trustedGain(costed) <= (now.costs[place] ?? 0),
  )
}

/**
 * Puts others in the place of single ones while that saves more: where one query outweighs all, what a byte saves makes the
 * smallest index that helps it come first, and not the best.
 */
async function swapped(
  input: SelectionInput,
  pool: readonly Indexes[],
  { chosen, value }: Progress,
): Promise<Progress> {
  let now: Progress = { chosen, value }
  for (let isBetter = true; isBetter; ) {
    isBetter = false
    for (const index of now.chosen)
      for (const [other] of pool.filter(indexes => indexes.length === 1)) {
        if (!other || other.table !== index.table || now.chosen.includes(other)) continue
        const indexes = together(
          now.chosen.filter(one => one !== index),
          [other],
        )
        if (sizeOf(indexes) > input.budgetBytes) continue
        const instead = await workloadValue(input, indexes)
        if (instead.harms || instead.ms - now.value.ms <= now.value.remainingMs * leastImprovement) continue
        now = { chosen: indexes, value: instead }
        isBetter = true
        break
      }
  }
  return now
}

/** Without those that another one makes superfluous. */
function together(chosen: Indexes, added: Indexes): Indexes {
  const all = [...new Set([...chosen, ...added])]
  return all.filter(index => !all.some(other => other !== index && beginsWith(other, index)))
}

/** A later index may have taken over what an earlier one was for, or the last columns of one. */
async function pruned(input: SelectionInput, { chosen, value }: Progress): Promise<Indexes> {
  let kept = chosen
  let best = value
  for (const index of [...chosen].sort((a, b) => expectedBytes(b) - expectedBytes(a))) {
    const shorter = input.candidates
      .filter(other => other !== index && other.keys.length < index.keys.length && beginsWith(index, other))
      .sort((a, b) => a.keys.length - b.keys.length)
    for (const instead of [undefined, ...shorter]) {
      const without = kept.flatMap(other => (other !== index ? [other] : instead ? [instead] : []))
      const left = await workloadValue(input, without)
      if (left.harms || best.ms - left.ms > left.remainingMs * leastImprovement) continue
      kept = without
      best = left
      break
    }
  }
  return kept
}

function sizeOf(indexes: Indexes): number {
  return indexes.reduce((sum, index) => sum + expectedBytes(index), 0)
}
