import { type Static, Type } from 'typebox'
import { nullable, strictObject, timestamp } from './schema-parts.js'

export const panelUnit = Type.Enum(['seconds', 'ratio', 'percent', 'perSecond', 'count', 'bytes'])
export type PanelUnit = Static<typeof panelUnit>

/** One chart of the overview. Where `badAt` is below `warnAt`, low values are the bad ones. */
export const overviewPanel = strictObject({
  id: Type.String(),
  title: Type.String({ description: 'That of the Grafana dashboard' }),
  unit: panelUnit,
  series: Type.Array(Type.String(), { description: 'Their labels' }),
  warnAt: Type.Optional(Type.Number()),
  badAt: Type.Optional(Type.Number()),
  href: Type.Optional(Type.String({ description: 'Page of the console that says more, such as /queries' })),
})
export type OverviewPanel = Static<typeof overviewPanel>

export const overviewSample = strictObject({
  at: timestamp,
  values: Type.Array(Type.Array(nullable(Type.Number())), {
    description: 'By panel, then by series; null: nothing was observed',
  }),
})
export type OverviewSample = Static<typeof overviewSample>

export const overview = strictObject({
  everySeconds: Type.Number({ description: 'From one sample to the next' }),
  panels: Type.Array(overviewPanel),
  samples: Type.Array(overviewSample, { description: 'Of the last fifteen minutes, the oldest first' }),
})
/**
 * The events of the stream: `overview` with all of this first, and again whenever a panel's series become others (it then
 * replaces what came before); `sample` with an `OverviewSample` for each that is taken.
 */
export type Overview = Static<typeof overview>
