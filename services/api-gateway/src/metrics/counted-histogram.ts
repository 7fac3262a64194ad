import { Histogram, type Registry } from 'prom-client'

export interface CountedSeries {
  readonly label: string
  /** One for each bound and one for what is over the last; not cumulated. */
  readonly counts: ArrayLike<number>
  readonly sum: number
}

export interface CountedHistogramOptions {
  readonly name: string
  readonly help: string
  readonly labelName: string
  readonly bounds: readonly number[]
  readonly registers: Registry[]
  readonly read: () => readonly CountedSeries[]
}

/** A histogram that somebody else counts, in plain numbers; read when Prometheus asks. */
export class CountedHistogram extends Histogram<string> {
  readonly #options: CountedHistogramOptions

  constructor(options: CountedHistogramOptions) {
    const { name, help, labelName, bounds, registers } = options
    super({ name, help, labelNames: [labelName], buckets: [...bounds], registers })
    this.#options = options
  }

  /** What a registry asks of a histogram (`get` asks it, too); its types do not tell. */
  async getForPromString() {
    const { name, help, read } = this.#options
    const values = read().flatMap(series => this.#valuesOf(series))
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }

  #valuesOf({ label, counts, sum }: CountedSeries) {
    const { name, labelName, bounds } = this.#options
    const labels = { [labelName]: label }
    let total = 0
    const buckets = [...bounds, '+Inf' as const].map((le, index) => {
      total += counts[index] ?? 0
      return { value: total, metricName: `${name}_bucket`, labels: { le, ...labels } }
    })
    return [
      ...buckets,
      { value: sum, metricName: `${name}_sum`, labels },
      { value: total, metricName: `${name}_count`, labels },
    ]
  }
}
