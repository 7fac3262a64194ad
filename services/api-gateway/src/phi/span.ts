/** Start and end in UTF-16 code units, the end exclusive. */
export type Span = readonly [start: number, end: number]
