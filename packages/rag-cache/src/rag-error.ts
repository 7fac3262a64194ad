import { CodedError } from '@voiceassist/kernel'

/** Every code of this package and what it means; `docs/errors.md` is tested against it. */
export const ragErrors = {
  RAG_OPTION_INVALID: 'An option is unknown, of the wrong type, or out of its limits',
  RAG_REQUEST_INVALID:
    'A query, topK, threshold, filter, tenant, document id or change is not well formed, or over a limit',
  RAG_EMBEDDING_INVALID: 'A vector is not of the model’s dimensions, or holds what is no finite number',
  RAG_HITS_INVALID:
    'What a search returned is no list of hits that can be kept: plain data, each with its ids and score',
  RAG_KEY_UNKNOWN: 'A key is none of this cache, or none of this instance’s last minute',
  RAG_CALIBRATION_FAILED: 'Labelled pairs are too few, or no threshold holds the precision on them',
  RAG_CALIBRATION_OTHER:
    'The reuse of similar questions was calibrated for another model or another version of the similarity',
  RAG_CLOSED: 'The cache is closed',
} as const

export type RagErrorCode = keyof typeof ragErrors

export class RagError extends CodedError<RagErrorCode> {}
