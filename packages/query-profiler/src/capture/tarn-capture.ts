import { isCaptured } from './captured.js'
import { type CaptureState, type ClientCapture, captureClient } from './client-capture.js'
import { isPgClient, type PgClient, type TarnPool } from './pg-shapes.js'

/** Follows the clients that Knex makes and keeps in a pool of tarn, by that pool's events. */
export function captureTarnPool(pool: TarnPool, state: CaptureState): () => void {
  const clients = new Map<PgClient, ClientCapture>()
  const askedAtMs = new Map<number, number>()

  const include = (client: unknown) => {
    if (isPgClient(client) && !isCaptured(client)) clients.set(client, captureClient(client, state))
  }
  const listeners = {
    acquireRequest: (id: number) => askedAtMs.set(id, performance.now()),
    acquireSuccess(id: number, client: PgClient) {
      include(client)
      const line = clients.get(client)?.line
      const asked = askedAtMs.get(id)
      askedAtMs.delete(id)
      if (line && asked !== undefined) line.checkoutWaitMs = performance.now() - asked
    },
    acquireFail: (id: number) => askedAtMs.delete(id),
    createSuccess: (_id: number, client: unknown) => include(client),
    destroySuccess(_id: number, client: PgClient) {
      clients.get(client)?.close()
      clients.delete(client)
    },
  }
  for (const [event, listener] of Object.entries(listeners)) pool.on(event, listener)
  return () => {
    for (const [event, listener] of Object.entries(listeners)) pool.removeListener(event, listener)
    for (const client of clients.values()) client.close()
    clients.clear()
  }
}
