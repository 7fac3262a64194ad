import { badEstimate } from './bad-estimate.js'
import { filterAfterIndex, wrongIndexForLimit } from './index-filter-rules.js'
import { cartesianProduct, joinFilterWaste, nestedLoopExplosion } from './join-rules.js'
import { offsetPagination, unorderedLimit } from './limit-rules.js'
import { castOnColumn, functionOnColumn, orOnOneTable, unanchoredPattern } from './predicate-rules.js'
import { indexRecheck, lossyBitmap } from './recheck-rules.js'
import type { Rule } from './rule.js'
import { selectiveSeqScan } from './selective-seq-scan.js'
import {
  coldReads,
  disabledNode,
  jitDominates,
  memoizeThrash,
  planningDominates,
  workersNotLaunched,
} from './server-rules.js'
import { hashAggregateSpill, hashJoinSpill, sortSpill, temporaryFiles } from './spills.js'
import { correlatedSubquery, materializedCte, notInSubquery } from './subquery-rules.js'
import { triggerTime } from './trigger-time.js'
import { dirtyingRead, heapFetchesRule } from './vacuum-rules.js'
import { countOfBigTable, overFetch, unprunedPartitions } from './volume-rules.js'

/** By number, as in docs/plan-rules.md. */
export const allRules: readonly Rule[] = [
  selectiveSeqScan,
  badEstimate,
  sortSpill,
  hashJoinSpill,
  hashAggregateSpill,
  temporaryFiles,
  heapFetchesRule,
  lossyBitmap,
  filterAfterIndex,
  nestedLoopExplosion,
  joinFilterWaste,
  indexRecheck,
  unorderedLimit,
  wrongIndexForLimit,
  offsetPagination,
  functionOnColumn,
  castOnColumn,
  unanchoredPattern,
  orOnOneTable,
  notInSubquery,
  correlatedSubquery,
  countOfBigTable,
  jitDominates,
  workersNotLaunched,
  planningDominates,
  coldReads,
  memoizeThrash,
  materializedCte,
  triggerTime,
  unprunedPartitions,
  cartesianProduct,
  disabledNode,
  dirtyingRead,
  overFetch,
]
