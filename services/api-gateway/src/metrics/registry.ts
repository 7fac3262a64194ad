import { collectDefaultMetrics, Registry } from 'prom-client'

/** Of one app, so that two in a process do not count into each other. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
