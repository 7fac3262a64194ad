import type { Registry } from 'prom-client'
import type { RequestCost } from '../plugins/profiled-request.js'
import { BucketCounts } from './bucket-counts.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

const { queries, queriesEach, databaseTime, cacheTime } = catalogue.endpoints

class EndpointCosts {
  readonly queries = new BucketCounts(queriesEach.bounds)
  readonly database = new BucketCounts(databaseTime.bounds)
  readonly cache = new BucketCounts(cacheTime.bounds)
}

/** @param endpoints those that are counted from 0 on. @returns what counts a request that has ended */
export function exposeEndpoints(
  registry: Registry,
  endpoints: () => readonly string[],
): (cost: RequestCost) => void {
  const counted = new Map<string, EndpointCosts>()
  const read = <Sample>(sample: (labels: { endpoint: string }, costs: EndpointCosts) => Sample) =>
    [...counted].map(([endpoint, costs]) => sample({ endpoint }, costs))
  expose(registry, queries, () =>
    [...new Set([...endpoints(), ...counted.keys()])].map(endpoint => ({
      labels: { endpoint },
      value: counted.get(endpoint)?.queries.sum ?? 0,
    })),
  )
  expose(registry, queriesEach, () =>
    read((labels, { queries: { counts, sum } }) => ({ labels, counts, sum })),
  )
  expose(registry, databaseTime, () =>
    read((labels, { database: { counts, sum } }) => ({ labels, counts, sum })),
  )
  expose(registry, cacheTime, () => read((labels, { cache: { counts, sum } }) => ({ labels, counts, sum })))
  return cost => {
    let costs = counted.get(cost.endpoint)
    if (!costs) {
      costs = new EndpointCosts()
      counted.set(cost.endpoint, costs)
    }
    costs.queries.observe(cost.queries)
    costs.database.observe(cost.databaseTimeMs / 1000)
    costs.cache.observe(cost.cacheTimeMs / 1000)
  }
}
