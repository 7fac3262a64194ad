/** A service's programs on this machine, perhaps within a folder that holds a whole system. */
export interface LocalSource {
  readonly kind: 'local'
  /** Folder of the programs, as seen from within `root`. */
  readonly binFolder: string
  /** Folder to change the root to; absent for the machine's own programs. */
  readonly root?: string
  /** Whom the server runs as when this process is root, which no server of a test should be. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** An image that a container engine runs. */
export interface ContainerSource {
  readonly kind: 'container'
  readonly engine: 'docker' | 'podman'
  readonly image: string
}

/** Where servers for tests come from. It is plain data, so that one process finds it and hands it to others. */
export type ServiceSource = LocalSource | ContainerSource

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

/** A source that will do, or why there is none. */
export type SourceStep = () => Promise<ServiceSource | string>

/** The first of `steps` that finds a source. @throws ServiceUnavailable with what each of them says. */
export async function firstSource(service: string, steps: readonly SourceStep[]): Promise<ServiceSource> {
  const tried: string[] = []
  for (const step of steps) {
    const found = await step()
    if (typeof found !== 'string') return found
    tried.push(found)
  }
  throw new ServiceUnavailable(service, tried)
}
