import { queryTerms } from '@voiceassist/api-gateway/knowledge/lexical-terms'
import { createHashingEmbedder, seededRandom } from '@voiceassist/testkit'

/** As many as the bundled embedder's. */
export const dimensions = 384
export const topics = 64
export const sentencesOfTopic = 64

export interface Sentence {
  readonly text: string
  readonly terms: readonly string[]
  /** pgvector's text form. */
  readonly vector: string
}

const seed = 7
const wordsOfTopic = 60
const commonWords = 400
const wordsOfSentence = 13
const ofTopic = 0.5

/** Sentences of made-up words, half of them of a topic's own, by which texts of a topic are alike; the same at every run. */
export async function sentences(): Promise<Sentence[]> {
  const random = seededRandom(seed)
  const known = new Set<string>()
  const common = wordList(commonWords, random, known)
  const made: string[] = []
  for (let topic = 0; topic < topics; topic++) {
    const own = wordList(wordsOfTopic, random, known)
    for (let at = 0; at < sentencesOfTopic; at++) {
      const words = Array.from({ length: wordsOfSentence }, () =>
        random() < ofTopic ? pick(own, random) : pick(common, random),
      )
      made.push(`${words.join(' ')}.`)
    }
  }
  const vectors = await createHashingEmbedder(dimensions).embed(made)
  return made.map((text, at) => ({ text, terms: queryTerms(text), vector: `[${vectors[at]!.join(',')}]` }))
}

/** Low numbers more often, as common words are. */
function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(words.length * random() ** 2)]!
}

const onsets = 'b c d f g h l m n p r s t v ph th tr pr st cl'.split(' ')
const vowels = 'a e i o u ia eo'.split(' ')

function wordList(count: number, random: () => number, known: Set<string>): string[] {
  const list: string[] = []
  while (list.length < count) {
    const syllables = 2 + Math.floor(random() * 3)
    let word = ''
    for (let at = 0; at < syllables; at++)
      word += onsets[Math.floor(random() * onsets.length)]! + vowels[Math.floor(random() * vowels.length)]!
    if (known.has(word)) continue
    known.add(word)
    list.push(word)
  }
  return list
}
