/** What a migration must know of the place it runs in. */
export interface MigrationContext {
  /** The embedder's model and the length of its vectors; kept in the settings from the first migration on. */
  readonly embedder: { readonly model: string; readonly dimensions: number }
  /** Build and drop indexes without locking writers out; only a server can. */
  readonly concurrently: boolean
}
