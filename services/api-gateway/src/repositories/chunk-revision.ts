import { sql } from 'kysely'

/**
 * What stands for a chunk `c` of a document `d` as they are: each update of either row gives another. The transaction
 * that wrote a row is kept by vacuum, frozen or not.
 */
export const chunkRevision = sql<string>`c.id || '.' || c.xmin || '.' || d.xmin`
