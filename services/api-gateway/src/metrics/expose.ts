import type { Metric as ClientMetric, Registry } from 'prom-client'
import type { Metric } from './metric.js'

type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

export interface BucketSample {
  readonly labels?: Labels
  /** One for each bound and one for what is over the last; not cumulated. */
  readonly counts: ArrayLike<number>
  readonly sum: number
}

type SampleOf<M extends Metric> = M['type'] extends 'histogram' ? BucketSample : Sample

/**
 * Serves a metric under each of its names. What it shows is counted elsewhere, in plain numbers, and read when Prometheus
 * asks: an observation then costs no look-up of labels.
 */
export function expose<M extends Metric>(
  registry: Registry,
  metric: M,
  read: () => Iterable<SampleOf<M>>,
): void {
  const { type, help, bounds = [] } = metric
  for (const name of metric.names) {
    const get = async () => {
      const samples = [...read()]
      const values =
        type === 'histogram'
          ? samples.flatMap(sample => bucketLines(name, bounds, sample as BucketSample))
          : (samples as Sample[]).map(({ labels = {}, value }) => ({ labels, value }))
      return { name, help, type, aggregator: 'sum', values }
    }
    // All that a registry asks of a metric; its types name the classes of prom-client.
    registry.registerMetric({ name, help, get } as unknown as ClientMetric)
  }
}

function bucketLines(name: string, bounds: readonly number[], { labels = {}, counts, sum }: BucketSample) {
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
