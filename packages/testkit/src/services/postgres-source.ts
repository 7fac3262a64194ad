/** Programs of PostgreSQL on this machine, perhaps within a folder that holds a whole system. */
export interface LocalSource {
  readonly kind: 'local'
  /** Folder of `postgres` and `initdb`, as seen from within `root`. */
  readonly binFolder: string
  /** Folder to change the root to; absent for the machine's own programs. */
  readonly root?: string
  /** Whom the server runs as when this process is root, which PostgreSQL refuses to be. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** An image that a container engine runs. */
export interface ContainerSource {
  readonly kind: 'container'
  readonly engine: 'docker' | 'podman'
  readonly image: string
}

/** Where servers for tests come from. It is plain data, so that one process finds it and hands it to others. */
export type PostgresSource = LocalSource | ContainerSource

/** No source was found; the message says what was tried and why it did not do. */
export class ServiceUnavailable extends Error {
  constructor(
    readonly service: string,
    readonly tried: readonly string[],
  ) {
    super(`${service} is not to be had: ${tried.join('; ')}`)
    this.name = 'ServiceUnavailable'
  }
}
