import { numberOf, textOf } from './plan-values.js'
import type { PlanWalk, Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { conditionsIn, indexColumns, indexOn } from './scan-facts.js'
import { count, nodeName } from './wording.js'

const waste = { share: 0.5, rows: 1000 }

export const lossyBitmap: Rule = {
  number: 8,
  id: 'lossy-bitmap',
  title: 'A bitmap does not fit into memory and keeps pages instead of rows',
  trigger:
    '`Lossy Heap Blocks` over 0, and over 1,000 rows and half of those read removed by `Index Recheck`',
  remedy: 'A higher work_mem, or one index with all the columns, so that fewer rows are marked',
  needsAnalyze: true,
  check: walk =>
    hits(walk, visit => {
      const lossy = numberOf(visit.node, 'Lossy Heap Blocks')
      if (lossy === 0) return undefined
      const columns = indexColumns(conditionsIn(visit, 'Recheck Cond').concat(conditionsIn(visit, 'Filter')))
      return {
        message: `${count(lossy)} of ${count(lossy + numberOf(visit.node, 'Exact Heap Blocks'))} pages`,
        advice: `Set work_mem higher for this statement${columns.length > 1 ? `, or create ${indexOn(visit, columns)}` : ''}.`,
      }
    }),
}

export const indexRecheck: Rule = {
  number: 12,
  id: 'index-recheck',
  title: 'An index finds mostly rows that do not match',
  trigger:
    'Over 1,000 rows and half of those read removed by `Index Recheck`, without lossy pages: GIN, GiST, trigrams, Bloom',
  remedy: 'A longer or more exact search term, another operator class or a larger signature',
  needsAnalyze: true,
  check: walk =>
    hits(walk, visit => {
      if (numberOf(visit.node, 'Lossy Heap Blocks') > 0) return undefined
      const index = indexNameBelow(visit)
      const method = visit.table?.indexes.find(each => each.name === index)?.method
      return {
        message: `${index || 'The index'}${method ? ` (${method})` : ''} only approximates the condition`,
        advice:
          'Ask for more at once (a longer term, another indexed condition), or use an operator class or signature length that tells rows apart better.',
      }
    }),
}

function indexNameBelow(visit: Visit): string {
  const own = textOf(visit.node, 'Index Name')
  return own || visit.children.map(indexNameBelow).find(Boolean) || ''
}

type Words = Pick<NodeHit, 'message' | 'advice'>

function hits(walk: PlanWalk, wordsOf: (visit: Visit) => Words | undefined): NodeHit[] {
  return walk.visits.flatMap(visit => {
    const removed = numberOf(visit.node, 'Rows Removed by Index Recheck') * visit.loops
    if (removed <= waste.rows || removed <= (removed + visit.rows + visit.dropped) * waste.share) return []
    const words = wordsOf(visit)
    if (!words) return []
    return [
      {
        nodes: [visit, ...visit.children],
        severity: visit.selfShare > 0.4 ? ('warning' as const) : ('info' as const),
        message: `${nodeName(visit)} read ${count(removed)} rows that do not match for ${count(visit.rows)} that do: ${words.message.charAt(0).toLowerCase()}${words.message.slice(1)}${words.message.endsWith('pages') ? ' were marked as a whole' : ''}.`,
        advice: words.advice,
        share: visit.selfShare,
      },
    ]
  })
}
