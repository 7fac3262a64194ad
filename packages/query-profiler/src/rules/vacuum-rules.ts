import { numberOf } from './plan-values.js'
import type { Rule } from './rule.js'
import { selfBlocks } from './spills.js'
import { count, megabytes, nodeName, percent, tableName } from './wording.js'

const heapFetches = { share: 0.1, least: 100 }

export const heapFetchesRule: Rule = {
  number: 7,
  id: 'heap-fetches',
  title: 'An index-only scan visits the table all the same',
  trigger: '`Heap Fetches` of an `Index Only Scan` over 10 % of its rows, and at least 100',
  remedy: 'VACUUM the table, and let autovacuum come sooner; another index would not help',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      // Counted over all executions, unlike rows.
      const fetched = numberOf(visit.node, 'Heap Fetches')
      if (visit.type !== 'Index Only Scan' || fetched < heapFetches.least) return []
      if (fetched <= (visit.rows + visit.dropped) * heapFetches.share) return []
      return [
        {
          nodes: [visit],
          severity: visit.selfShare > 0.4 ? ('warning' as const) : ('info' as const),
          message: `${nodeName(visit)} looked ${count(fetched)} times into the table for ${count(visit.rows)} rows, since its pages are not marked as visible to all.`,
          advice: `VACUUM ${tableName(visit)}, and lower its autovacuum_vacuum_scale_factor and autovacuum_vacuum_insert_scale_factor.`,
          share: visit.selfShare,
        },
      ]
    }),
}

const dirtying = { blocks: 1000, share: 0.1 }
const blockBytes = 8192

export const dirtyingRead: Rule = {
  number: 33,
  id: 'dirtying-read',
  title: 'A query that only reads writes pages',
  trigger:
    '`Shared Dirtied Blocks` and `Shared Written Blocks` of a `SELECT` over 1,000 (8 MB) and over 10 % of the pages read',
  remedy: 'VACUUM after a bulk load, so that the first reader need not mark the rows as committed',
  needsAnalyze: true,
  check: walk => {
    if (walk.visits.some(({ type }) => type === 'ModifyTable' || type === 'LockRows')) return []
    return walk.visits.flatMap(visit => {
      const own = (key: string) => selfBlocks(visit, key)
      const written = own('Shared Dirtied Blocks') + own('Shared Written Blocks')
      const read = own('Shared Hit Blocks') + own('Shared Read Blocks')
      if (written <= dirtying.blocks || written <= read * dirtying.share) return []
      const table = tableName(visit)
      return [
        {
          nodes: [visit],
          severity: 'info' as const,
          message: `${nodeName(visit)} changed or wrote ${count(written)} pages (${megabytes(written * blockBytes)}, ${percent(Math.min(1, written / Math.max(1, read)))} of those it read): it marks rows as committed that nobody read before.`,
          advice: `VACUUM ${table || 'the table'} after each bulk load.`,
          share: visit.selfShare,
        },
      ]
    })
  },
}
