import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.js'

const port = parentPort!
const { dataFolder } = workerData as WorkerOptions

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

const database = PGlite.create({ ...(dataFolder ? { dataDir: dataFolder } : {}), extensions: { vector } })
database.then(
  () => send({ kind: 'ready' }),
  cause => send({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) }),
)

/** One request after the other, in the order of their arrival: the engine has a single connection. */
let queue: Promise<void> = Promise.resolve()

async function answer(request: ToWorker): Promise<void> {
  const pglite = await database
  switch (request.kind) {
    case 'connect':
      await pglite.exec('rollback')
      await pglite.exec('discard all')
      return send({ kind: 'connected', connection: request.connection })
    case 'bytes': {
      const reply = Uint8Array.from(await pglite.execProtocolRaw(request.bytes))
      return send({ kind: 'bytes', connection: request.connection, bytes: reply }, [reply.buffer])
    }
    case 'close':
      await pglite.close()
      send({ kind: 'closed' })
      port.close()
  }
}

port.on('message', (request: ToWorker) => {
  queue = queue
    .then(() => answer(request))
    .catch(cause => send({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) }))
})
