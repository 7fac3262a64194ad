import { EmbeddedStream } from './embedded-stream.js'
import { EmbeddedThread } from './embedded-thread.js'
import type { WorkerOptions } from './messages.js'

/** A PostgreSQL (PGlite with pgvector) in a thread of its own, reached by `pg` through `stream`. */
export interface EmbeddedPostgres {
  /** For `new pg.Client({ stream })`. The engine has one connection: keep one client at a time. */
  readonly stream: () => EmbeddedStream
  /** Ends the database cleanly; what was acknowledged is on disk also without it. */
  close(): Promise<void>
}

/**
 * Starts the thread and waits until the database answers. A thread that dies later (the engine can run out of memory)
 * is replaced when the next client comes: in the data folder is all that was acknowledged.
 * @throws GatewayError DATABASE_UNREACHABLE when the folder cannot be used.
 */
export async function openEmbeddedPostgres(options: WorkerOptions): Promise<EmbeddedPostgres> {
  let thread = new EmbeddedThread(options)
  let closed = false
  await thread.ready

  function livingThread(): EmbeddedThread {
    if (thread.isDead && options.dataFolder !== undefined && !closed) thread = new EmbeddedThread(options)
    return thread
  }

  return {
    stream: () => new EmbeddedStream(livingThread()),
    async close() {
      closed = true
      await thread.close()
    },
  }
}
