export interface EmbedOptions {
  /** A person waits for an interactive call: it goes before queued batch work. Default 'batch'. */
  readonly priority?: 'interactive' | 'batch'
  readonly signal?: AbortSignal
}

/** Turns texts into vectors. Implementations never compute on the caller's thread. */
export interface Embedder {
  /** Stable name of the model; vectors of two models never mix. */
  readonly model: string
  readonly dimensions: number
  /** How many texts are worth having under way at once (workers, or requests). */
  readonly parallelism: number
  /** One unit-length vector a text, in the order of the texts. Fails with a GatewayError `EMBEDDER_FAILED`. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>
  close(): Promise<void>
}
