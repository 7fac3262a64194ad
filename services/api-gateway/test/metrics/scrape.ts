import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'

export interface ScrapedSample {
  /** Of the line; for a histogram with its suffix. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Scrape {
  /** By name, without those of prom-client itself. */
  readonly types: ReadonlyMap<string, string>
  readonly samples: readonly ScrapedSample[]
  /** The lines of a metric as one text. */
  linesOf(name: string): string
  valueOf(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

/** What /metrics says to a caller on this machine. */
export async function scrape(app: FastifyInstance): Promise<Scrape> {
  const answer = await app.inject({ url: '/metrics' })
  expect(answer.statusCode, answer.body).toBe(200)
  const types = new Map<string, string>()
  const samples: ScrapedSample[] = []
  for (const line of answer.body.split('\n')) {
    const type = /^# TYPE (\S+) (\w+)$/.exec(line)
    const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (type && !/^(process|nodejs)_/.test(type[1]!)) types.set(type[1]!, type[2]!)
    if (!sample) continue
    const labels = [...(sample[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])
    samples.push({ name: sample[1]!, labels: Object.fromEntries(labels), value: Number(sample[3]) })
  }
  const of = (name: string) =>
    samples.filter(
      sample =>
        sample.name === name ||
        (types.get(name) === 'histogram' &&
          ['bucket', 'sum', 'count'].some(suffix => sample.name === `${name}_${suffix}`)),
    )
  return {
    types,
    samples,
    linesOf: name => JSON.stringify(of(name)),
    valueOf: (name, labels = {}) =>
      samples.find(
        sample =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      )?.value,
  }
}
