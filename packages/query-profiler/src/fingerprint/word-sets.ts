const setOf = (words: string) => new Set(words.split(' '))
/** Statements in which every name is made up for one use: of a savepoint, a cursor, a channel. */
export const namesThroughout = setOf(
  'savepoint release rollback close fetch move deallocate listen unlisten notify',
)
export const namesFirst = setOf('declare prepare execute')
/** A value in the bracket after them is an array that stands for several. */
export const beforeBatch = setOf('any some all unnest')
/** A bracket that begins with them holds a query, and no list. */
export const beforeQuery = setOf('select with values table')
export const constants = setOf('null true false')
