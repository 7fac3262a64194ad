/** One connection that stays the same; hypothetical indexes live in it. */
export interface DatabaseSession {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[] }>
}
