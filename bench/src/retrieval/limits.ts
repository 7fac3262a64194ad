import { say } from './say.js'

/** What must hold on any documents with questions of this kind. */
const limits = {
  'recall at 1': { atLeast: 0.93 },
  'recall at 5': { atLeast: 0.99 },
  'recall of the vector index at 5': { atLeast: 0.98 },
  'time of the import over that of the embedder alone': { atMost: 1.3 },
} as const

export type Figures = Readonly<Record<keyof typeof limits, number>>

/** Prints every figure that is beyond its limit. @throws Error when there is one. */
export function holdToLimits(figures: Figures): void {
  let broken = 0
  for (const [name, limit] of Object.entries(limits) as [
    keyof Figures,
    { atLeast?: number; atMost?: number },
  ][]) {
    const figure = figures[name]
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = limit
    if (figure >= atLeast && figure <= atMost) continue
    broken += 1
    say(`BEYOND ITS LIMIT: ${name} is ${figure.toFixed(4)}, not ${JSON.stringify(limit)}`)
  }
  if (broken > 0) throw new Error(`${broken} of ${Object.keys(limits).length} limits do not hold`)
}
