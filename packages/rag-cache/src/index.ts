export type { ChunkFacts, CorpusChange, InsertedChunk } from './corpus/corpus-change.js'
export { createRagCache } from './create-rag-cache.js'
export {
  type CacheType,
  type ChangeResult,
  cacheTypes,
  type Filters,
  type FoundSearch,
  type RagCache,
  type RagCacheOptions,
  type RagTypeStats,
  type SearchHit,
  type SearchInput,
  type SearchLoader,
  type SearchRequest,
  type WarmedSearches,
  type WarmLoader,
  type WarmSearchesOptions,
} from './rag-cache.js'
export { RagError, type RagErrorCode, ragErrors } from './rag-error.js'
export { type RagEvent, ragCacheChannel } from './rag-events.js'
export type { SearchScore } from './search/search-score.js'
export type { SimilarCandidate, SimilarQuestions } from './search/similar-questions.js'
export {
  type Calibration,
  calibrate,
  type LabelledPair,
  measureReuse,
  type ReuseMeasure,
} from './similar/calibrate.js'
export { labelPairs, type PairOfTexts } from './similar/label-pairs.js'
export { type PairSignals, pairSignalNames, pairSignals } from './similar/pair-signals.js'
export { type ReuseSetting, thresholdOf } from './similar/reuse-setting.js'
export { type SimilarJudge, type SimilarJudgeOptions, similarJudge } from './similar/similar-judge.js'
export { leastCosine, similarityOf, similarityVersion } from './similar/similarity.js'
