import type { Cache } from '@voiceassist/cache'
import { RagError } from '../rag-error.js'
import { publish } from '../rag-events.js'
import type { SimilarQuestions } from '../search/similar-questions.js'
import { findReuse } from './find-reuse.js'
import { type QuestionFeatures, questionFeatures } from './question-features.js'

export interface SimilarJudgeOptions {
  /** Where instances share the similarity of each reuse that was wrong. */
  readonly cache: Cache
  /** From which similarity on a result is reused, of `calibrate`; undefined: none is. */
  readonly threshold: () => Promise<number | undefined>
}

export interface SimilarJudge extends SimilarQuestions {
  /**
   * A reuse was wrong: its search is dropped, and what is made in its place is reused only above that similarity, for 30 days.
   * @param reuse of `FoundSearch`
   * @throws RagError RAG_KEY_UNKNOWN for what is no reuse.
   */
  reject(reuse: { readonly id: string; readonly similarity: number }): Promise<void>
}

const keyForm = /^rag_search:[\w-]{43}$/
const barTtl = '30d'

/** The `similar` of `createRagCache`: the guards, the similarity, and the bars of what was wrong. */
export function similarJudge({ cache, threshold }: SimilarJudgeOptions): SimilarJudge {
  return {
    features: questionFeatures,

    async choose(features, candidates) {
      const least = await threshold()
      if (least === undefined) return undefined
      const bars = await cache.mget<number>(candidates.map(({ key }) => barOf(key)))
      const judged = candidates.flatMap(({ key, cosine, features }) => {
        if (!features) return [] // of an instance that looks at none
        const bar = bars.get(barOf(key))
        return [
          { key, cosine, features: features as QuestionFeatures, ...(bar === undefined ? {} : { bar }) },
        ]
      })
      return findReuse(features as QuestionFeatures, judged, least).reuse
    },

    async reject({ id, similarity }) {
      if (!keyForm.test(id) || !(similarity >= 0 && similarity <= 1))
        throw new RagError('RAG_KEY_UNKNOWN', 'id is none of a reuse', { field: 'id' })
      const known = (await cache.get<number>(barOf(id))) ?? 0
      await cache.set(barOf(id), Math.max(similarity, known), { ttl: barTtl, jitter: 0 })
      await cache.delete(id)
      publish({ kind: 'reuse', outcome: 'rejected' })
    },
  }
}

function barOf(key: string): string {
  return key.replace('rag_search:', 'rag_bar:')
}
