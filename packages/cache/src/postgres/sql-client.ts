/** What is needed of `pg.Client`, `pg.PoolClient`, PGlite and their like. */
export interface SqlClient {
  query(text: string, params?: unknown[]): Promise<{ readonly rows: unknown[]; readonly command?: string }>
}

/** What is needed of `pg.Pool`. */
export interface SqlPool<Client extends SqlClient = SqlClient> {
  connect(): Promise<Client & { release(error?: Error | boolean): void }>
}
