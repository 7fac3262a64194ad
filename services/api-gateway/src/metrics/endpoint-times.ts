import { endpointName } from '../plugins/endpoint-of.js'
import { BucketCounts } from './bucket-counts.js'
import { catalogue } from './catalogue.js'
import { SlidingQuantiles } from './sliding-quantiles.js'

const { duration } = catalogue.requests
export const statusClasses = duration.labels.status_class

/** What was answered of one method and route. */
export class EndpointTimes {
  /** By class of status, from 2xx. */
  readonly durations: readonly BucketCounts[] = statusClasses.map(() => new BucketCounts(duration.bounds))
  /** Answers that last as long as their reader stays: they are counted, and their time says nothing. */
  openEnded = 0
  readonly quantiles = new SlidingQuantiles()
  constructor(
    readonly method: string,
    readonly route: string,
  ) {}
}

/** By 'GET /api/sessions/:id'. */
export class AllEndpointTimes extends Map<string, EndpointTimes> {
  of(method: string, route: string): EndpointTimes {
    const name = endpointName(method, route)
    let found = this.get(name)
    if (!found) {
      found = new EndpointTimes(method, route)
      this.set(name, found)
    }
    return found
  }
}
