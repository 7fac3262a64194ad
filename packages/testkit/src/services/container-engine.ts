import { tryRun } from './run.js'
import type { ContainerSource } from './service-source.js'

/** An image to be run by the container engine that answers, or why not. */
export async function inContainer(image: string): Promise<ContainerSource | string> {
  for (const engine of ['docker', 'podman'] as const) {
    // Only a call that needs the daemon tells a client without one from an engine that works.
    if ((await tryRun(engine, 'ps', '--quiet')) !== undefined) return { kind: 'container', engine, image }
  }
  return 'no container engine answers'
}
