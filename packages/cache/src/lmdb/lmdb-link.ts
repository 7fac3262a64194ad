import { CacheError } from '../cache-error.js'
import type { RemoteIdentity, RemoteListener, RemoteMessage } from '../remote/remote-tier.js'
import type { ScriptedServer } from '../remote/scripted-server.js'
import type { RemoteOperation, ScriptedLink } from '../remote/scripted-tier.js'
import type { LmdbEnvironment } from './lmdb-environment.js'

/** One cache's way to an environment: steps run at once, messages arrive after the step that sent them. */
export class LmdbLink implements ScriptedLink {
  readonly kind = 'lmdb'
  readonly partitions = 1
  readonly #environment: LmdbEnvironment
  #server: ScriptedServer | undefined
  #instance = ''
  #closed: Promise<void> | undefined

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment
  }

  open(listener: RemoteListener, { prefix, instance }: RemoteIdentity): void {
    const server = this.#environment.server(prefix)
    this.#server = server
    this.#instance = instance
    const tell = (what: () => void) =>
      queueMicrotask(() => {
        if (this.#server) what()
      })
    server.subscribe(instance, (message: RemoteMessage) => tell(() => listener.message(message)))
    tell(() => {
      listener.busBack()
      listener.connected([0])
    })
  }

  run<Result>(_operation: RemoteOperation, step: (server: ScriptedServer) => Result): Promise<Result> {
    if (!this.#server)
      return Promise.reject(new CacheError('CACHE_REMOTE_UNAVAILABLE', 'The second tier is not open'))
    try {
      return Promise.resolve(step(this.#server))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  size(): { readonly entries: number; readonly bytes: number; readonly evictions: number } {
    const { entries, bytes, evictions } = this.#environment.values
    return { entries, bytes, evictions }
  }

  close(): Promise<void> {
    this.#server?.unsubscribe(this.#instance)
    this.#server = undefined
    this.#closed ??= this.#environment.leave()
    return this.#closed
  }
}
