import type { IndexFacts, IndexKey } from './catalog-facts.js'
import type { CandidateKey, IndexCandidate } from './index-candidate.js'

/** Texts of expressions differ by casts, quotes and parentheses that PostgreSQL adds. */
function loosely(text: string): string {
  return text
    .replace(/::[a-z ]+(\[\])?/gi, '')
    .replace(/[\s()"]/g, '')
    .toLowerCase()
}

function isSameKey(existing: IndexKey, key: CandidateKey): boolean {
  const isSameText = key.isExpression
    ? existing.isExpression && loosely(existing.text) === loosely(key.key)
    : !existing.isExpression && existing.text === key.columns[0]
  return isSameText && existing.operatorClass === key.operatorClass && existing.collation === ''
}

/** Same direction of every key, or the opposite of every key: a B-tree is read both ways. */
function isSameOrder(existing: readonly IndexKey[], keys: readonly CandidateKey[]): boolean {
  const isSame = (turned: boolean) =>
    keys.every(
      (key, place) =>
        (existing[place]?.isDescending !== key.isDescending) === turned &&
        (existing[place]?.nullsFirst !== key.nullsFirst) === turned,
    )
  return isSame(false) || isSame(true)
}

/** An index that already does what the candidate would: the candidate equals it, or is what it begins with. */
export function coveringIndex(
  candidate: IndexCandidate,
  indexes: readonly IndexFacts[],
): IndexFacts | undefined {
  return indexes.find(index => {
    if (!index.isValid || index.method !== candidate.method) return false
    const isWhole = index.predicate === null
    const isSamePart =
      candidate.predicate !== null && loosely(index.predicate ?? '') === loosely(candidate.predicate.sql)
    if (!isWhole && !isSamePart) return false
    if (candidate.method === 'gin')
      return candidate.keys.every(key => index.keys.some(existing => isSameGinKey(existing, key)))
    const first = index.keys.slice(0, candidate.keys.length)
    if (first.length < candidate.keys.length) return false
    const offered = new Set([
      ...index.keys.filter(key => !key.isExpression).map(key => key.text),
      ...index.included,
    ])
    if (!candidate.included.every(column => offered.has(column))) return false
    const equal = candidate.keys.slice(0, candidate.equalKeys)
    const areEqualKeysThere = equal.every(key =>
      first.slice(0, equal.length).some(existing => isSameKey(existing, key)),
    )
    const rest = candidate.keys.slice(candidate.equalKeys)
    const existingRest = first.slice(candidate.equalKeys)
    return (
      areEqualKeysThere &&
      rest.every((key, place) => isSameKey(existingRest[place] as IndexKey, key)) &&
      isSameOrder(existingRest, rest)
    )
  })
}

/** `jsonb_ops`, the type's own, serves `@>` as well. */
function isSameGinKey(existing: IndexKey, key: CandidateKey): boolean {
  return (
    isSameKey(existing, key) ||
    (key.operatorClass === 'jsonb_path_ops' && isSameKey(existing, { ...key, operatorClass: '' }))
  )
}

/** Existing indexes that the candidate begins with, so that they could go once it is there. */
export function madeSuperfluous(
  candidate: IndexCandidate,
  indexes: readonly IndexFacts[],
): readonly IndexFacts[] {
  if (candidate.method !== 'btree' || candidate.predicate) return []
  return indexes.filter(index => {
    if (index.isUnique || index.isConstraint || index.isReplicaIdentity || !index.isValid) return false
    if (index.method !== 'btree' || index.predicate !== null || index.included.length > 0) return false
    const first = candidate.keys.slice(0, index.keys.length)
    return (
      index.keys.length <= candidate.keys.length &&
      index.keys.every((existing, place) => isSameKey(existing, first[place] as CandidateKey)) &&
      isSameOrder(index.keys, first)
    )
  })
}

/** Of two candidates, that one serves all that `shorter` serves. */
export function beginsWith(longer: IndexCandidate, shorter: IndexCandidate): boolean {
  if (longer.table !== shorter.table || longer.method !== 'btree' || shorter.method !== 'btree') return false
  if (longer.predicate && longer.predicate.sql !== shorter.predicate?.sql) return false
  const text = (key: CandidateKey) => `${key.key} ${key.operatorClass} ${key.isDescending} ${key.nullsFirst}`
  return (
    shorter.keys.length <= longer.keys.length &&
    shorter.keys.every((key, place) => text(key) === text(longer.keys[place] as CandidateKey)) &&
    shorter.included.every(column => longer.included.includes(column))
  )
}
