/** How many rows the tables of a made-up database get. */
export interface TableSizes {
  readonly users: number
  readonly sessions: number
  readonly messages: number
  readonly auditRows: number
  readonly documents: number
  /** Of each document. */
  readonly chunks: number
  /** Of three environments together. */
  readonly flags: number
}

/** @param scale 1: five million messages; an installation has as many flags at any size */
export function tableSizes(scale: number): TableSizes {
  const rows = (atOne: number) => Math.max(10, Math.round(atOne * scale))
  return {
    users: rows(100_000),
    sessions: rows(200_000),
    messages: rows(5_000_000),
    auditRows: rows(1_000_000),
    documents: rows(10_000),
    chunks: 8,
    flags: 600,
  }
}
