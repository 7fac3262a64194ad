/** What the database's thread and the main thread say to each other. */
export interface WorkerOptions {
  /** The folder that PGlite keeps its files in; absent: in memory. */
  readonly dataFolder?: string
}

export type ToWorker =
  | { readonly kind: 'connect'; readonly connection: number }
  | { readonly kind: 'bytes'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'connected'; readonly connection: number }
  | { readonly kind: 'bytes'; readonly connection: number; readonly bytes: Uint8Array }
