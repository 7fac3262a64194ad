import type { Overview, OverviewPanel, OverviewSample } from '@voiceassist/api-contract'

/** As many minutes as the gateway itself keeps. */
const keptMs = 15 * 60_000
/** Whatever a gateway says of its pace. */
const mostSamples = 2000

/** What the gateway sent now, behind what was drawn before it: a gateway that started anew has forgotten that. */
export function mergeOverview(before: Overview | undefined, now: Overview): Overview {
  const from = now.samples[0]?.at
  const older = (before?.samples ?? []).filter(({ at }) => from === undefined || at < from)
  const move = before && moveTo(before.panels, now.panels)
  return { ...now, samples: bounded(move ? [...older.map(move), ...now.samples] : now.samples) }
}

export function addSample(overview: Overview, sample: OverviewSample): Overview {
  const last = overview.samples.at(-1)
  if (last && last.at >= sample.at) return overview
  return { ...overview, samples: bounded([...overview.samples, sample]) }
}

/** A sample for other panels and series, by their names. */
function moveTo(from: readonly OverviewPanel[], to: readonly OverviewPanel[]) {
  const places = to.map(({ id, series }) => {
    const panelAt = from.findIndex(panel => panel.id === id)
    return series.map(label => [panelAt, from[panelAt]?.series.indexOf(label) ?? -1] as const)
  })
  return ({ at, values }: OverviewSample): OverviewSample => ({
    at,
    values: places.map(series => series.map(([panel, one]) => values[panel]?.[one] ?? null)),
  })
}

function bounded(samples: readonly OverviewSample[]): OverviewSample[] {
  const last = samples.at(-1)
  const since = last ? Date.parse(last.at) - keptMs : 0
  return samples.slice(-mostSamples).filter(({ at }) => Date.parse(at) >= since)
}
