import type { Citation } from '../db/schema.js'
import { bestExcerpt, type Excerpt } from './best-excerpt.js'
import { queryTerms } from './lexical-terms.js'
import { defaultMinScore } from './score.js'

export interface Answer {
  readonly content: string
  /** In the order of their marks in the content: the first is [1]. Empty when nothing relevant was found. */
  readonly citations: readonly Citation[]
}

export const nothingFound = 'Nothing relevant to this question was found in the knowledge base.'

const maxCitations = 4
const maxWordsPerCitation = 80
/** Hits this far below the best one are not quoted: beside it they are noise. */
const maxScoreGap = 0.15
/** Share of common terms from which two quotations say the same. */
const sameContent = 0.8

/**
 * An answer made of verbatim quotations: the sentences of the best hits that say most of what is asked, each with its
 * mark [n], and the list of sources. Hits under `minScore` are not quoted.
 */
export function composeAnswer(
  question: string,
  hits: readonly Citation[],
  { minScore = defaultMinScore }: { minScore?: number } = {},
): Answer {
  const ranked = hits.filter(hit => hit.score >= minScore).sort((a, b) => b.score - a.score)
  const lowest = (ranked[0]?.score ?? 0) - maxScoreGap
  const asked = queryTerms(question)
  const citations: Citation[] = []
  const quoted: Set<string>[] = []
  for (const hit of ranked) {
    if (citations.length === maxCitations || hit.score < lowest) break
    const excerpt = bestExcerpt(hit, asked, maxWordsPerCitation)
    const terms = new Set(queryTerms(excerpt.text))
    if (quoted.some(other => overlap(terms, other) >= sameContent)) continue
    quoted.push(terms)
    citations.push(citationOf(hit, excerpt))
  }
  return citations.length === 0
    ? { content: nothingFound, citations }
    : { content: contentOf(citations), citations }
}

function citationOf(hit: Citation, excerpt: Excerpt): Citation {
  const { chunkId, documentId, title, heading, score } = hit
  return { chunkId, documentId, title, heading, score, ...excerpt }
}

function contentOf(citations: readonly Citation[]): string {
  const quotations = citations.map(({ text }, index) => `${text} [${index + 1}]`)
  const sources = citations.map(({ title, heading }, index) => {
    return `[${index + 1}] ${heading === '' ? title : `${title}: ${heading}`}`
  })
  return `${quotations.join('\n\n')}\n\nSources:\n${sources.join('\n')}`
}

/** Common terms in relation to the smaller set; sets without terms have nothing in common. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0
  for (const term of a) if (b.has(term)) common += 1
  return common / Math.max(1, Math.min(a.size, b.size))
}
