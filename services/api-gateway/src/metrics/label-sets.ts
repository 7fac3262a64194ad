import { type NPlusOneKind, queryTypes } from '@voiceassist/query-profiler'
import { answerOutcomes } from '../answers/answer-outcome.js'
import { cacheNamespaces } from '../cache/cache-options.js'
import { commonMethods } from '../plugins/endpoint-of.js'
import { byRoute } from './metric.js'

const layers = ['memory', 'remote'] as const
const namespaces = Object.keys(cacheNamespaces)
/** Of the second tier; less usual ones are counted as `other`. */
export const remoteOperations = ['get', 'getMany', 'set', 'fill', 'acquire', 'invalidate', 'other'] as const
const nPlusOneKinds = ['n-plus-one', 'duplicate', 'write-loop'] as const satisfies readonly NPlusOneKind[]

export const queryType = { query_type: queryTypes } as const
export const nPlusOneKind = { kind: nPlusOneKinds } as const
export const layer = { cache_layer: layers } as const
export const layerAndNamespace = { cache_layer: layers, cache_key_prefix: namespaces } as const
export const layerAndOperation = {
  cache_layer: [...layers, 'source'],
  operation: ['hit', ...remoteOperations, 'load'],
} as const
export const namespaceOrOther = { cache_key_prefix: [...namespaces, 'other'] } as const
export const endpoint = { endpoint: byRoute } as const
export const request = {
  method: [...commonMethods, 'OTHER'],
  route: byRoute,
  status_class: ['2xx', '3xx', '4xx', '5xx'],
} as const
export const answer = {
  writer: Object.keys(answerOutcomes),
  outcome: Object.values(answerOutcomes).flatMap(outcomes => Object.keys(outcomes)),
} as const
/** Memory and the shared tier, as the flags name them. */
export const flagLayer = { cache_layer: ['l1', 'l2'] } as const
