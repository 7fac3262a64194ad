import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.js'

const port = parentPort!
const { dataFolder } = workerData as WorkerOptions

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

const pglite = await PGlite.create({
  ...(dataFolder ? { dataDir: dataFolder } : {}),
  extensions: { vector },
}).catch(endThread)

async function answer(request: ToWorker): Promise<void> {
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
      process.exit() // of the thread
  }
}

/**
 * One request after the other, in the order of their arrival: the engine has a single connection. A failure of the
 * engine itself (not of a statement) ends the thread, since what is left of the engine hangs.
 */
let queue: Promise<void> = Promise.resolve()
port.on('message', (request: ToWorker) => {
  queue = queue.then(() => answer(request)).catch(endThread)
})
send({ kind: 'ready' })

/** What WebAssembly throws is no Error, and would reach the main thread without its message. */
function endThread(cause: unknown): never {
  throw new Error((cause as { message?: string } | undefined)?.message ?? String(cause), { cause })
}
