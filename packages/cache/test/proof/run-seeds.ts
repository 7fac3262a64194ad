import type { Engine } from './engine.js'
import { type Outcome, runSeed } from './schedule.js'

/** The first run that breaks a promise. */
export async function firstRed(engine: Engine, seeds: Iterable<number>): Promise<Outcome | undefined> {
  for (const seed of seeds) {
    const outcome = await runSeed(engine, seed)
    if (outcome.bad.length > 0) return outcome
  }
  return undefined
}

export function* every(step: number, from: number, count: number): Iterable<number> {
  for (let seed = from; seed < from + step * count; seed += step) yield seed
}

/** How to see it again, and what came before. */
export function report({ seed, bad, trace }: Outcome): string {
  return [
    `SEED=${seed} npx vitest run packages/cache/test/proof/random-1.test.ts (TRACE: lines kept, 80)`,
    ...trace,
    ...bad.slice(0, 5),
  ].join('\n')
}

/** SEED: that run alone. SEEDS: so many, instead of 2000, or 40,000 with TEST_LONG. STEPS: how long each is. */
export function seedsOf(half: 1 | 2): number[] {
  const { SEED, SEEDS, TEST_LONG } = process.env
  if (SEED) return half === 1 ? [Number(SEED)] : []
  const count = SEEDS ? Number(SEEDS) : TEST_LONG ? 40_000 : 2000
  return [...every(2, half, Math.ceil(count / 2))]
}
