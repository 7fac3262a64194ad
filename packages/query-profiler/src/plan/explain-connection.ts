/** What of a client of `pg` an explainer needs. */
export interface ExplainConnection {
  query(query: ExplainQuery): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

export interface ExplainQuery {
  readonly text: string
  readonly values?: unknown[]
  /** The protocol in which a server refuses a text of several statements. */
  readonly queryMode?: 'extended'
}
