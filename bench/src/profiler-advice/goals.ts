import type { Figure } from '../cache/figure.js'
import type { Verdict } from './cases/judge-cases.js'
import type { PredictionFigures } from './predict-held-out.js'
import type { SetFigures } from './say-sets.js'
import { byHand, byUs } from './tpch/index-sets.js'

/** Two runs of the same set differ by this share on a quiet machine. */
const noise = 1.03
const mostHarm = 1.1
const mostMegabytes = 100
const errorNames = { p50: 'median', p90: '90th percentile', max: 'largest' } as const

/** What our advice does not reach, for a person; none while there is no advice of ours. */
export function missedGoals(sets: readonly SetFigures[], cases: readonly Verdict[]): string[] {
  const ours = sets.find(({ name }) => name === byUs)
  if (!ours) return []
  const missed: string[] = []
  for (const set of sets) {
    if (set === ours) continue
    const most = set.totalSeconds * (set.name === byHand ? noise : 1)
    if (ours.totalSeconds > most)
      missed.push(
        `${ours.totalSeconds.toFixed(1)} s, not below ${set.name} (${set.totalSeconds.toFixed(1)} s)`,
      )
  }
  if (ours.worst.ratio > mostHarm)
    missed.push(
      `${ours.worst.query} takes ${ours.worst.ratio.toFixed(2)} of its time, not at most ${mostHarm}`,
    )
  if (ours.megabytes > mostMegabytes)
    missed.push(`${ours.megabytes.toFixed(0)} MB, not at most ${mostMegabytes}`)
  if (ours.redundant > 0) missed.push(`${ours.redundant} redundant indexes`)
  for (const verdict of cases.filter(({ advisor }) => advisor === byUs)) {
    for (const text of verdict.wrong) missed.push(`${verdict.case}: wrong ${text}`)
    for (const text of verdict.missed) missed.push(`${verdict.case}: missed ${text}`)
  }
  return missed
}

/** Of queries that were held out, beside one speed for all costs, fitted to what it predicts; with primary keys only. */
export function predictionFigures({ model, fitted }: PredictionFigures): Figure[] {
  return (['p50', 'p90', 'max'] as const).map(name => ({
    name: 'predicted time of a query that was held out',
    value: model[name],
    unit: `q-error, ${errorNames[name]}`,
    goal: { atMost: fitted[name] },
  }))
}

/** What `missedGoals` judges, as figures. */
export function goalFigures(sets: readonly SetFigures[], cases: readonly Verdict[]): Figure[] {
  const ours = sets.find(({ name }) => name === byUs)
  if (!ours) return []
  const verdicts = cases.filter(({ advisor }) => advisor === byUs)
  const objections = verdicts.reduce((sum, { wrong, missed }) => sum + wrong.length + missed.length, 0)
  return [
    ...sets
      .filter(set => set !== ours)
      .map(({ name, totalSeconds }) => ({
        name: 'all 22 queries with the advised indexes',
        value: ours.totalSeconds / totalSeconds,
        unit: `of the time with ${name === byHand ? 'indexes picked by hand' : name}`,
        goal: { atMost: name === byHand ? noise : 1 },
      })),
    {
      name: `worst query (${ours.worst.query})`,
      value: ours.worst.ratio,
      unit: 'of its time with primary keys',
      goal: { atMost: mostHarm },
    },
    { name: 'advised indexes', value: ours.megabytes, unit: 'MB', goal: { atMost: mostMegabytes } },
    { name: 'redundant indexes advised', value: ours.redundant, unit: '', goal: { atMost: 0 } },
    {
      name: `wrong or missed advice in ${verdicts.length} cases`,
      value: objections,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}
