/** A cached search of the same tenant, limit, threshold and filters, whose question may mean the same. */
export interface SimilarCandidate {
  /** Opaque; what `FoundSearch.reuse.id` is. */
  readonly key: string
  readonly cosine: number
  /** What `features` made of its question. */
  readonly features: unknown
}

export interface Chosen {
  readonly key: string
  readonly similarity: number
}

/** Decides whether the result of another question may be served. */
export interface SimilarQuestions {
  /** What is looked at of a question in its normal form: JSON, kept encrypted with its cached search. */
  features(text: string): unknown
  /** The candidate to reuse, if any; it is served only while no change of the corpus can have changed it. */
  choose(
    features: unknown,
    candidates: readonly SimilarCandidate[],
  ): Promise<Chosen | undefined> | Chosen | undefined
}

/** How many of the nearest are asked about. */
export const similarCandidates = 8
