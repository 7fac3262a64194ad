import type { Overview, OverviewSample } from '@voiceassist/api-contract'
import type { Clock } from '@voiceassist/kernel'
import type { Figures } from '../metrics/figures.js'
import { type PanelReadings, panelReadings, type Reading } from './panel-readings.js'
import { PanelSeries } from './panel-series.js'

const everyMs = 2000
const keptMs = 15 * 60_000
const digits = 4

interface KeptSample {
  readonly at: string
  /** By panel. */
  readonly readings: readonly Reading[]
}

export interface LiveOverviewOptions {
  readonly figures: Figures
  readonly clock: Clock
  /** Told of each sample; of everything instead, where with it the series of a panel have become others. */
  readonly onSample: (event: 'overview' | 'sample', data: Overview | OverviewSample) => void
}

/** The figures of the nine panels, sampled every two seconds for all who look, and kept for fifteen minutes. */
export class LiveOverview {
  readonly #options: LiveOverviewOptions
  readonly #panels: readonly { readonly readings: PanelReadings; readonly series: PanelSeries }[]
  readonly #samples: KeptSample[] = []
  readonly #closing = new AbortController()

  constructor(options: LiveOverviewOptions) {
    this.#options = options
    this.#panels = panelReadings(options.figures).map(readings => ({
      readings,
      series: new PanelSeries(readings),
    }))
  }

  /** To be called once, outside of any request: what it starts would count as that request's. */
  start(): void {
    const { clock } = this.#options
    for (const { readings } of this.#panels) readings.read(clock.monotonic()) // what was counted before is no rate
    void this.#run()
  }

  overview(): Overview {
    return {
      everySeconds: everyMs / 1000,
      panels: this.#panels.map(({ readings, series }) => {
        const { read: _, most: __, ...panel } = readings
        return { ...panel, series: [...series.labels] }
      }),
      samples: this.#samples.map(sample => this.#shown(sample)),
    }
  }

  close(): void {
    this.#closing.abort()
  }

  async #run(): Promise<void> {
    const { clock, onSample } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal).catch(() => {})
      if (signal.aborted) return
      const changed = this.#sample(clock.monotonic())
      if (changed) onSample('overview', this.overview())
      else onSample('sample', this.#shown(this.#samples.at(-1)!))
    }
  }

  /** @returns whether the series of a panel have become others */
  #sample(nowMs: number): boolean {
    const readings = this.#panels.map(panel => panel.readings.read(nowMs))
    this.#samples.push({ at: new Date(this.#options.clock.now()).toISOString(), readings })
    if (this.#samples.length > keptMs / everyMs) this.#samples.shift()
    const changes = this.#panels.map(({ series }, at) => series.see(readings[at] as Reading, nowMs))
    return changes.includes(true)
  }

  #shown({ at, readings }: KeptSample): OverviewSample {
    const values = this.#panels.map(({ series }, panel) =>
      series.labels.map(label => {
        const value = readings[panel]?.get(label)
        return value === undefined ? null : Number(value.toPrecision(digits))
      }),
    )
    return { at, values }
  }
}
